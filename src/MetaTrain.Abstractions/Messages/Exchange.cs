using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Messages;

/// <summary>The sums of one tree node, keyed so that it is counted once however often it arrives.</summary>
[GenerateSerializer, Immutable, Alias("NodeResult")]
public sealed record NodeResult
{
    /// <summary>The coordinator that leased the work.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>The round.</summary>
    [Id(1)] public required RoundId Round { get; init; }

    /// <summary>The node that these sums belong to.</summary>
    [Id(2)] public required TreeNode Node { get; init; }

    /// <summary>Tasks summed.</summary>
    [Id(3)] public required int Count { get; init; }

    /// <summary>The summed meta-gradient as little-endian float32 in parameter order; empty for an evaluation.</summary>
    [Id(4)] public byte[] Gradient { get; init; } = [];

    /// <summary>Sums of metrics, in the order that the job's experiment declares.</summary>
    [Id(5)] public double[] Metrics { get; init; } = [];

    /// <summary>The first task whose loss was not finite; null when all were.</summary>
    [Id(6)] public int? NonFiniteTask { get; init; }

    /// <summary>Why the block could not be computed, in one sentence; null when it was.</summary>
    [Id(7)] public string? Failure { get; init; }

    /// <summary>Seconds the device was busy with it.</summary>
    [Id(8)] public double ComputeSeconds { get; init; }
}

/// <summary>A worker's turn: what it has finished, and that it is ready for more.</summary>
[GenerateSerializer, Immutable, Alias("ExchangeRequest")]
public sealed record ExchangeRequest
{
    /// <summary>The worker: the key of its grain.</summary>
    [Id(0)] public required string Worker { get; init; }

    /// <summary>The device class it computes on.</summary>
    [Id(1)] public required string DeviceClass { get; init; }

    /// <summary>What it has finished since its last turn.</summary>
    [Id(2)] public ImmutableArray<NodeResult> Results { get; init; } = [];

    /// <summary>False when the worker drains: it gives its results and takes no lease.</summary>
    [Id(3)] public bool WantsWork { get; init; } = true;
}

/// <summary>What a coordinator answers.</summary>
public enum ExchangeOutcome
{
    /// <summary>There is a block to compute.</summary>
    Lease,

    /// <summary>Nothing at the moment: ask again.</summary>
    Wait,

    /// <summary>This job has no use for the worker: ask the queue.</summary>
    Leave,
}

/// <summary>A coordinator's answer to a worker's turn.</summary>
[GenerateSerializer, Immutable, Alias("ExchangeReply")]
public sealed record ExchangeReply
{
    /// <summary>What to do.</summary>
    [Id(0)] public required ExchangeOutcome Outcome { get; init; }

    /// <summary>The block, when there is one.</summary>
    [Id(1)] public Lease? Lease { get; init; }
}

/// <summary>One version of the parameters.</summary>
[GenerateSerializer, Immutable, Alias("ParameterSnapshot")]
public sealed record ParameterSnapshot
{
    /// <summary>The coordinator that published it.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>The version: how many meta-iterations made it.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>All values as little-endian float32, in parameter order.</summary>
    [Id(2)] public required byte[] Values { get; init; }
}
