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

    /// <summary>The summed meta-gradient in parameter order; empty for an evaluation, and when its ranges went to aggregators.</summary>
    [Id(4)] public FloatVector Gradient { get; init; } = FloatVector.Empty;

    /// <summary>Sums of metrics, in the order that the job's experiment declares.</summary>
    [Id(5)] public double[] Metrics { get; init; } = [];

    /// <summary>The first task whose loss was not finite; null when all were.</summary>
    [Id(6)] public int? NonFiniteTask { get; init; }

    /// <summary>Why the block could not be computed, in one sentence; null when it was.</summary>
    [Id(7)] public string? Failure { get; init; }

    /// <summary>Who computed each block below the node, in their order.</summary>
    [Id(8)] public required ImmutableArray<string> Workers { get; init; }

    /// <summary>A hash of the sums: a second result of the node must have the same.</summary>
    [Id(9)] public UInt128 Fingerprint { get; init; }
}

/// <summary>A silo's turn for some of its workers: what they have finished, and who of them is ready for more.</summary>
[GenerateSerializer, Immutable, Alias("ExchangeRequest")]
public sealed record ExchangeRequest
{
    /// <summary>The workers that want a block: the keys of their grains. Without any, the call only delivers.</summary>
    [Id(0)] public required ImmutableArray<string> Workers { get; init; }

    /// <summary>The device class that they compute on.</summary>
    [Id(1)] public required string DeviceClass { get; init; }

    /// <summary>What was finished since the last turn; sums of complete subtrees are added up on the silo.</summary>
    [Id(2)] public ImmutableArray<NodeResult> Results { get; init; } = [];

    /// <summary>The epoch of the newest parameters that the silo has; 0 for none.</summary>
    [Id(3)] public long KnownEpoch { get; init; }

    /// <summary>The version of the newest parameters that the silo has.</summary>
    [Id(4)] public long KnownVersion { get; init; }

    /// <summary>The workers, with a block or about to get one, that would know the one after it now.</summary>
    [Id(5)] public ImmutableArray<string> Ahead { get; init; } = [];

    /// <summary>Blocks that their workers have not begun and will not.</summary>
    [Id(6)] public ImmutableArray<ReturnedLease> Returned { get; init; } = [];
}

/// <summary>A block that comes back as it went.</summary>
/// <param name="Lease">The block.</param>
/// <param name="Worker">Who had it.</param>
[GenerateSerializer, Immutable, Alias("ReturnedLease")]
public sealed record ReturnedLease([property: Id(0)] Lease Lease, [property: Id(1)] string Worker);

/// <summary>What a coordinator answers.</summary>
public enum ExchangeOutcome
{
    /// <summary>There are blocks to compute.</summary>
    Lease,

    /// <summary>Nothing at the moment: ask again.</summary>
    Wait,

    /// <summary>This job has no use for the workers: ask the queue.</summary>
    Leave,
}

/// <summary>A coordinator's answer to a turn.</summary>
[GenerateSerializer, Immutable, Alias("ExchangeReply")]
public sealed record ExchangeReply
{
    /// <summary>What to do.</summary>
    [Id(0)] public required ExchangeOutcome Outcome { get; init; }

    /// <summary>Blocks for the first of the workers that wanted one, in their order.</summary>
    [Id(1)] public ImmutableArray<Lease> Leases { get; init; } = [];

    /// <summary>True when no further block is free now that nobody else waits for: there will be some when those that are out come back.</summary>
    [Id(2)] public bool IsExhausted { get; init; }

    /// <summary>The parameters to compute with, when the silo does not have them and the coordinator itself gives them out.</summary>
    [Id(3)] public ParameterSnapshot? Parameters { get; init; }

    /// <summary>The coordinator's epoch; 0 when it does not have the job.</summary>
    [Id(4)] public long Epoch { get; init; }

    /// <summary>Who adds up the gradients of the epoch's blocks and gives out parameters, in order of range; empty when the coordinator itself does.</summary>
    [Id(5)] public ImmutableArray<Aggregator> Aggregators { get; init; } = [];

    /// <summary>Blocks for the first of the workers that asked ahead, in their order.</summary>
    [Id(6)] public ImmutableArray<Lease> Ahead { get; init; } = [];
}

/// <summary>One version of the parameters.</summary>
[GenerateSerializer, Immutable, Alias("ParameterSnapshot")]
public sealed record ParameterSnapshot
{
    /// <summary>The coordinator that published it.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>The version: how many meta-iterations made it.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>All values, in parameter order.</summary>
    [Id(2)] public required FloatVector Values { get; init; }
}
