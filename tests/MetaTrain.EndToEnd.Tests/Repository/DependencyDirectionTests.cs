using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Repository;

/// <summary>Holds the direction of dependencies: what each project of src/ may refer to, as assemblies and as restored packages.</summary>
public sealed class DependencyDirectionTests
{
    private static readonly Rule[] Rules =
    [
        new("MetaTrain.Learning", [], ["Microsoft.Orleans", "Orleans", "StackExchange.Redis", "Microsoft.Garnet"]),
        new("MetaTrain.Abstractions", [], ["TorchSharp", "libtorch", "StackExchange.Redis", "Microsoft.Orleans.Server"]),
        new("MetaTrain.Cluster", ["MetaTrain.Abstractions", "MetaTrain.Learning"], ["StackExchange.Redis", "Microsoft.Garnet"]),
        new("MetaTrain.Storage.Redis", ["MetaTrain.Abstractions"], ["TorchSharp", "libtorch", "Microsoft.Orleans.Server", "Microsoft.Garnet"]),
        new(
            "MetaTrain.Silo",
            ["MetaTrain.Abstractions", "MetaTrain.Cluster", "MetaTrain.Learning", "MetaTrain.Storage.Redis"],
            ["Spectre.Console"]),
        new("MetaTrain.Client", ["MetaTrain.Abstractions"], ["TorchSharp", "libtorch", "Microsoft.Orleans.Server", "Microsoft.Garnet"]),
        new(
            "MetaTrain.Console",
            ["MetaTrain.Client", "MetaTrain.Abstractions"],
            ["TorchSharp", "libtorch", "Microsoft.Orleans.Server", "Microsoft.Garnet"],
            Assembly: "metatrain"),
    ];

    public static TheoryData<string> Projects => [.. Rules.Select(rule => rule.Project)];

    [Fact]
    public void Rules_CoverEachProject()
    {
        IEnumerable<string?> projects = Directory.EnumerateDirectories(SourceTree.Combine("src")).Select(Path.GetFileName);

        Assert.Equal(projects.Order(StringComparer.Ordinal), Rules.Select(rule => rule.Project).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_RefersOnlyToWhatItsLayerMay(string project)
    {
        Rule rule = Find(project);
        string path = Path.Combine(SourceTree.OutputOf($"src/{project}"), $"{rule.Assembly ?? project}.dll");

        AssemblyReferences references = AssemblyReferences.Of(path);

        Assert.Subset(rule.MayRefer.ToHashSet(), references.Assemblies.Where(IsOurs).ToHashSet());
        Assert.DoesNotContain(references.Assemblies, name => rule.Forbids(name));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Restore_BringsOnlyWhatTheLayerMayHave(string project)
    {
        Rule rule = Find(project);

        string[] libraries = Restored(project);

        Assert.NotEmpty(libraries);
        Assert.Subset(rule.MayRefer.ToHashSet(), libraries.Where(IsOurs).ToHashSet());
        Assert.DoesNotContain(libraries, name => rule.Forbids(name));
    }

    private static Rule Find(string project) => Rules.Single(rule => rule.Project == project);

    private static bool IsOurs(string name) => name.StartsWith("MetaTrain.", StringComparison.Ordinal);

    // Projects and packages, also those that come with others.
    private static string[] Restored(string project)
    {
        string path = SourceTree.Combine("src", project, "obj", "project.assets.json");
        using var assets = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0])];
    }

    private sealed record Rule(string Project, string[] MayRefer, string[] Forbidden, string? Assembly = null)
    {
        public bool Forbids(string name) => Array.Exists(Forbidden, forbidden =>
            name.Equals(forbidden, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(forbidden + ".", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(forbidden + "-", StringComparison.OrdinalIgnoreCase));
    }
}
