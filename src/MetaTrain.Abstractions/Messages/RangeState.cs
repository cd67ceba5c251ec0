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

/// <summary>Which sums of a round count, to be stepped on.</summary>
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

    /// <summary>The versions, besides the next one, that somebody may still ask for.</summary>
    [Id(4)] public required ImmutableArray<long> Needed { get; init; }
}

/// <summary>What became of a range's sums.</summary>
[GenerateSerializer, Immutable, Alias("RangeAdded")]
public sealed record RangeAdded
{
    /// <summary>The sums of squares of the range's pieces, where the norm of all ranges is clipped; otherwise empty.</summary>
    [Id(0)] public required double[] SquareSums { get; init; }

    /// <summary>The range of the new version; null where the norm is clipped, and the step waits for those of the others.</summary>
    [Id(1)] public FloatVector? Next { get; init; }
}

/// <summary>The step on what was added up, where the norm is clipped.</summary>
[GenerateSerializer, Immutable, Alias("RangeStep")]
public sealed record RangeStep
{
    /// <summary>The sums of squares of all ranges' pieces, in their order.</summary>
    [Id(0)] public required double[] SquareSums { get; init; }

    /// <summary>The versions, besides the new one, that somebody may still ask for.</summary>
    [Id(1)] public required ImmutableArray<long> Needed { get; init; }
}
