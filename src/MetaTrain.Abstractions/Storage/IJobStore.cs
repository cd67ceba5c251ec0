using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Storage;

/// <summary>The durable records of jobs and their fencing epochs.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the store does not answer in time.</remarks>
public interface IJobStore
{
    /// <summary>Takes the next place in the queue's order: 1, 2, 3 ...</summary>
    Task<long> NextOrderAsync(CancellationToken cancellationToken);

    /// <summary>Writes a record that must not exist yet; false when it does.</summary>
    Task<bool> TryCreateAsync(JobRecord record, CancellationToken cancellationToken);

    /// <summary>Keeps the safetensors file that a job is to start from; call it before the job is created.</summary>
    Task WriteInitialParametersAsync(JobId job, ReadOnlyMemory<byte> safetensors, CancellationToken cancellationToken);

    /// <summary>The safetensors file that a job starts from; null when none was kept.</summary>
    /// <exception cref="InvalidDataException">A piece of it is missing.</exception>
    Task<byte[]?> ReadInitialParametersAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>A job's record; null when it is unknown.</summary>
    Task<JobRecord?> ReadAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>All records, by order.</summary>
    Task<ImmutableArray<JobRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Changes what a person asked of the job, whoever coordinates it; false when the job is unknown.</summary>
    Task<bool> SetRequestAsync(JobId job, JobRequest request, CancellationToken cancellationToken);

    /// <summary>Hands the job to a local cluster, or with null to any cluster on the store; false when the job is unknown.</summary>
    Task<bool> SetOwnerAsync(JobId job, string? owner, CancellationToken cancellationToken);

    /// <summary>Makes the caller the job's coordinator: raises the fencing epoch by one and returns it. Writers of older epochs are refused from now on.</summary>
    Task<long> AcquireEpochAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Writes state, failure, last status and end of a job under its epoch (never the request or the owner); false when a later coordinator has taken over.</summary>
    Task<bool> TryUpdateAsync(JobRecord record, long epoch, CancellationToken cancellationToken);

    /// <summary>Notes, before the work starts, the blocks that are about to be leased; replaces the earlier note. False when fenced.</summary>
    Task<bool> TryWriteAttemptsAsync(JobId job, long epoch, ImmutableArray<BlockAttempt> attempts, CancellationToken cancellationToken);

    /// <summary>The last note of attempts.</summary>
    Task<ImmutableArray<BlockAttempt>> ReadAttemptsAsync(JobId job, CancellationToken cancellationToken);
}

/// <summary>A block that is or was out with a worker, and how often it has been lost.</summary>
[GenerateSerializer, Immutable, Alias("BlockAttempt")]
public sealed record BlockAttempt(
    [property: Id(0)] Messages.RoundId Round,
    [property: Id(1)] int Block,
    [property: Id(2)] int Losses,
    [property: Id(3)] bool Out);

/// <summary>The store did not answer; the message says which and what to do. It passes: whoever called a grain may call again.</summary>
[GenerateSerializer, Alias("StoreUnavailableException")]
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
