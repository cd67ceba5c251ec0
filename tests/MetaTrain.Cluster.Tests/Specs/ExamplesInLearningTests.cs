using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Cluster.Tests.Specs;

/// <summary>What the spec reader passes, the mathematics must be able to read: the two share a schema, and this holds them to it.</summary>
public sealed class ExamplesInLearningTests
{
    private static readonly string Folder = SourceTree.Combine("examples");

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Registries_ReadEverySection_WhenASpecIsCanonical(string name)
    {
        JobSpecReading reading = new JobSpecReader().Read(File.ReadAllText(Path.Combine(Folder, name)));
        Assert.Empty(reading.Problems);
        JobSpec spec = reading.Spec!;

        Assert.Equal(spec.Data.GetProperty("dataset").GetString(), TaskSourceRegistry.All.Read(spec.Data).Kind);
        Assert.Equal(spec.Model.GetProperty("kind").GetString(), ModelRegistry.All.Read(spec.Model).Kind);
        Assert.Equal(spec.Algorithm.GetProperty("kind").GetString(), AlgorithmRegistry.All.Read(spec.Algorithm).Kind);
        var meta = Assert.IsType<MetaOptions>(MetaOptimizerRegistry.All.Read(spec.Meta.Section).Options, exactMatch: false);
        Assert.Equal(spec.Meta.Iterations, meta.Iterations);
        Assert.Equal(spec.Meta.TasksPerIteration, meta.TasksPerIteration);
    }
}
