using MetaTrain.TestKit.Data;

namespace MetaTrain.EndToEnd.Tests.Deployment;

/// <summary>What can be known of the Dockerfile without a container runtime.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Manifests.Folder, "Dockerfile"));

    [Fact]
    public void Copy_NamesWhatIsThere_WhenItTakesFromTheRepository()
    {
        string[] sources = [.. Copied()];

        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(SourceTree.Combine(source.TrimEnd('/'))), source));
    }

    [Fact]
    public void Ignore_LetsThrough_WhatTheBuildCopies()
    {
        string[] allowed = [.. File.ReadAllLines(Path.Combine(Manifests.Folder, "Dockerfile.dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..])];

        Assert.Equal(allowed.Order(StringComparer.Ordinal), Copied().Select(source => source.TrimEnd('/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Copy_TakesEveryFileThatShapesABuild_WhenOneStandsAtTheTop()
    {
        IEnumerable<string> shaping = Directory.EnumerateFiles(SourceTree.Root)
            .Select(path => Path.GetFileName(path))
            .Where(name => name.StartsWith("Directory.", StringComparison.Ordinal) || name is "global.json" or "BannedSymbols.txt" or ".editorconfig");

        Assert.All(shaping, name => Assert.Contains(name, Copied()));
    }

    [Fact]
    public void Publish_IsNeitherASingleFileNorTrimmed_WhenAnImageIsMade()
    {
        string[] publishes = [.. string.Join('\n', Lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Contains("dotnet publish", StringComparison.Ordinal))];

        Assert.Equal(2, publishes.Length);
        Assert.All(publishes, publish => Assert.Contains("-p:PublishSingleFile=false -p:PublishTrimmed=false", publish, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MetaTrain.Silo.dll", "src/MetaTrain.Silo")]
    [InlineData("metatrain.dll", "src/MetaTrain.Console")]
    public void Entrypoint_IsAProgramThatIsBuilt_WhenAnImageRuns(string program, string project)
    {
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{program}\"]", Lines);
        Assert.True(File.Exists(Path.Combine(SourceTree.OutputOf(project), program)));
    }

    [Fact]
    public void User_IsNotRoot_WhenAnImageRuns() =>
        Assert.Equal("USER $APP_UID", Lines.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));

    private static IEnumerable<string> Copied() => Lines
        .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
        .SelectMany(line => line.Split(' ')[1..^1]);
}
