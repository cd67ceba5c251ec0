using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Learning.Options;

/// <summary>The sections of a spec that belong to the mathematics: what the exported schema covers.</summary>
public static class LearningSections
{
    /// <summary>Every registry, in the order of the schema.</summary>
    public static IReadOnlyList<KindRegistry> All => [TaskSourceRegistry.All, MetaOptimizerRegistry.All];
}
