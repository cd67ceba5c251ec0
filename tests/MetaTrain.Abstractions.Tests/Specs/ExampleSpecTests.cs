using System.Text.Json;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Abstractions.Tests.Specs;

/// <summary>The specs in examples/, read with this build's own schema.</summary>
public sealed class ExampleSpecTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "examples");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_FindsNothingWrong_WhenASpecIsAnExample(string name)
    {
        JobSpecReading reading = new JobSpecReader().Read(Text(name));

        Assert.Empty(reading.Problems);
        Assert.Equal(reading.CanonicalJson, new JobSpecReader().ReadJson(reading.CanonicalJson!).CanonicalJson);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_OpensWithAComment_WhenAPersonReadsIt(string name) =>
        Assert.StartsWith("# ", Text(name), StringComparison.Ordinal);

    [Fact]
    public void Names_HoldEveryExampleThatIsPromised_WhenTheFolderIsListed() =>
        Assert.Superset(
            new HashSet<string>(["glyphs.yaml", "sinusoid-maml.yaml", "omniglot-maml.yaml", "omniglot-maml-paper.yaml", "omniglot-protonet.yaml"]),
            Names.Select(row => row.Data).ToHashSet());

    [Fact]
    public void Names_AreUnique_WhenJobsAreNamedAfterSpecs()
    {
        string[] names = [.. Names.Select(row => new JobSpecReader().Read(Text(row.Data)).Spec!.Name)];

        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void Read_KeepsThePapersSetUp_WhenTheExampleIsTheSinusoid()
    {
        JobSpec spec = new JobSpecReader().Read(Text("sinusoid-maml.yaml")).Spec!;

        Assert.Equal(10, spec.Data.GetProperty("shots").GetInt32());
        Assert.Equal([40, 40], spec.Model.GetProperty("hidden").EnumerateArray().Select(width => width.GetInt32()));
        Assert.Equal(0.01, spec.Algorithm.GetProperty("innerLearningRate").GetDouble());
        Assert.InRange(spec.Meta.Iterations, 1, 70_000);
        Assert.Equal(25, spec.Meta.TasksPerIteration);
        Assert.Equal([0, 1, 5, 10], spec.Evaluation.Final.InnerSteps);
        Assert.Equal(JsonValueKind.Object, spec.Meta.Section.GetProperty("schedule").ValueKind);
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name));
}
