using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;

namespace MetaTrain.Learning.Options;

/// <summary>The sections of a spec that belong to the mathematics: what the exported schema covers.</summary>
public static class LearningSections
{
    /// <summary>Every registry, in the order of the schema.</summary>
    public static IReadOnlyList<KindRegistry> All => [TaskSourceRegistry.All, ModelRegistry.All, AlgorithmRegistry.All, MetaOptimizerRegistry.All];
}
