using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Messages;

/// <summary>One range of a version, with what the optimizer remembers of it.</summary>
[GenerateSerializer, Immutable, Alias("RangeState")]
public sealed record RangeState
{
    /// <summary>Whose parameters.</summary>
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>The version: how many meta-iterations made it.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The range's values.</summary>
    [Id(2)] public required FloatVector Parameters { get; init; }

    /// <summary>The range of each vector of the optimizer's state, by name.</summary>
    [Id(3)] public required ImmutableSortedDictionary<string, FloatVector> Optimizer { get; init; }
}

/// <summary>Which sums of a round count.</summary>
[GenerateSerializer, Immutable, Alias("RangeSums")]
public sealed record RangeSums
{
    /// <summary>The training round.</summary>
    [Id(0)] public required RoundId Round { get; init; }

    /// <summary>The leaves of its tree.</summary>
    [Id(1)] public required int Blocks { get; init; }

    /// <summary>The tasks that they hold together.</summary>
    [Id(2)] public required int Tasks { get; init; }

    /// <summary>The nodes whose sums count: together all blocks, each once.</summary>
    [Id(3)] public required ImmutableArray<TreeNode> Nodes { get; init; }
}

/// <summary>The step on what was added up.</summary>
[GenerateSerializer, Immutable, Alias("RangeStep")]
public sealed record RangeStep
{
    /// <summary>The sums of squares of all ranges' pieces, in their order; empty where the norm is not clipped.</summary>
    [Id(0)] public required double[] SquareSums { get; init; }

    /// <summary>The versions, besides the new one, that somebody may still ask for.</summary>
    [Id(1)] public required ImmutableArray<long> Needed { get; init; }
}
