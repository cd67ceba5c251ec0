using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Jobs;

/// <summary>What is new about a watched job.</summary>
public sealed record JobUpdate
{
    /// <summary>The job's state; the last one known while the cluster does not answer, and null before the first answer.</summary>
    public required JobStatus? Status { get; init; }

    /// <summary>Events that no earlier update held, in order.</summary>
    public ImmutableArray<RunEvent> Events { get; init; } = [];

    /// <summary>How many events between the last update and this one are no longer kept.</summary>
    public long EventsMissed { get; init; }

    /// <summary>For how long the cluster has not answered; null when it does.</summary>
    public TimeSpan? Silence { get; init; }
}
