using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Storage;

/// <summary>A bounded, numbered log a job.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the store does not answer in time.</remarks>
public interface IRunEventLog
{
    /// <summary>How many events a job keeps: the oldest go first.</summary>
    const int Capacity = 10_000;

    /// <summary>Appends an event and returns its number: 1, 2, 3 ... without gaps.</summary>
    Task<long> AppendAsync(JobId job, DateTimeOffset time, RunEventKind kind, long iteration, string message, CancellationToken cancellationToken);

    /// <summary>At most <paramref name="count"/> events after a number, oldest first.</summary>
    Task<ImmutableArray<RunEvent>> ReadAsync(JobId job, long afterSequence, int count, CancellationToken cancellationToken);
}
