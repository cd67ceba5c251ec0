using System.Collections.Immutable;
using System.Globalization;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Abstractions.Storage;

/// <summary>Committed versions of jobs: content in pieces, then a manifest in one transaction under the fencing epoch.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the store does not answer in time.</remarks>
public interface ICheckpointStore
{
    /// <summary>The largest piece of a checkpoint's content, in bytes.</summary>
    const int MaxPieceBytes = 8 * 1024 * 1024;

    /// <summary>
    /// Commits one version: writes the pieces, then atomically, if <paramref name="epoch"/> is still the job's epoch,
    /// the manifest, the pointer to the latest version and the best-k index; then applies the retention.
    /// </summary>
    /// <returns>The manifest; null when a later coordinator has taken over, and then nothing of it is visible.</returns>
    Task<CheckpointManifest?> CommitAsync(CheckpointContent content, long epoch, CheckpointRetention retention, CancellationToken cancellationToken);

    /// <summary>The manifest of a version; null when there is none.</summary>
    Task<CheckpointManifest?> FindAsync(JobId job, CheckpointSelector at, CancellationToken cancellationToken);

    /// <summary>All manifests that are kept, by iteration.</summary>
    Task<ImmutableArray<CheckpointManifest>> ListAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>One piece of a version's content, as written.</summary>
    Task<byte[]> ReadPieceAsync(JobId job, long iteration, int piece, CancellationToken cancellationToken);

    /// <summary>A version's whole content, checked against its manifest's SHA-256.</summary>
    /// <exception cref="InvalidDataException">A piece is missing or the hash differs: the message names both.</exception>
    Task<byte[]> ReadAsync(CheckpointManifest manifest, CancellationToken cancellationToken);
}

/// <summary>Which committed version: last, best, or one iteration.</summary>
[GenerateSerializer, Immutable, Alias("CheckpointSelector")]
public readonly record struct CheckpointSelector([property: Id(0)] CheckpointChoice Choice, [property: Id(1)] long Iteration = 0)
{
    /// <summary>The latest.</summary>
    public static CheckpointSelector Last => new(CheckpointChoice.Last);

    /// <summary>The best by validation; the latest when nothing was validated.</summary>
    public static CheckpointSelector Best => new(CheckpointChoice.Best);

    /// <summary>The version of one iteration.</summary>
    public static CheckpointSelector At(long iteration) => new(CheckpointChoice.Iteration, iteration);

    /// <summary>Reads "last", "best" or an iteration; false for anything else.</summary>
    public static bool TryParse(string text, out CheckpointSelector selector)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long iteration))
        {
            selector = At(iteration);
            return true;
        }

        selector = text == "last" ? Last : Best;
        return text is "last" or "best";
    }
}

/// <summary>The ways to choose a version.</summary>
public enum CheckpointChoice
{
    /// <summary>The latest.</summary>
    Last,

    /// <summary>The best by validation.</summary>
    Best,

    /// <summary>A given iteration.</summary>
    Iteration,
}

/// <summary>What is to be committed.</summary>
public sealed record CheckpointContent
{
    /// <summary>The job.</summary>
    public required JobId Job { get; init; }

    /// <summary>How many meta-iterations made it.</summary>
    public required long Iteration { get; init; }

    /// <summary>A safetensors file: the parameters under their own names, everything else under "state/".</summary>
    public required ReadOnlyMemory<byte> Safetensors { get; init; }

    /// <summary>SHA-256 of the parameters alone, as <see cref="JobStatus.ParametersSha256"/>.</summary>
    public required string ParametersSha256 { get; init; }

    /// <summary>The coordinator's own progress (statistics, history, evaluations), as JSON.</summary>
    public required string ProgressJson { get; init; }

    /// <summary>The versions ranked best by validation so far, best first: they are kept.</summary>
    public ImmutableArray<long> Best { get; init; } = [];

    /// <summary>Further versions that must stay for now: their evaluation is not in yet.</summary>
    public ImmutableArray<long> Pinned { get; init; } = [];

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset Time { get; init; }
}

/// <summary>Which versions stay: the last n, and those that a best-k index names. What a manifest refers to is never removed.</summary>
[GenerateSerializer, Immutable, Alias("CheckpointRetention")]
public readonly record struct CheckpointRetention([property: Id(0)] int KeepLast, [property: Id(1)] int KeepBest);

/// <summary>A committed version.</summary>
[GenerateSerializer, Immutable, Alias("CheckpointManifest")]
public sealed record CheckpointManifest
{
    /// <summary>The job.</summary>
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>How many meta-iterations made it.</summary>
    [Id(1)] public required long Iteration { get; init; }

    /// <summary>The coordinator that committed it.</summary>
    [Id(2)] public required long Epoch { get; init; }

    /// <summary>SHA-256 of the whole content.</summary>
    [Id(3)] public required string ContentSha256 { get; init; }

    /// <summary>SHA-256 of the parameters alone.</summary>
    [Id(4)] public required string ParametersSha256 { get; init; }

    /// <summary>Length of the content in bytes.</summary>
    [Id(5)] public required long Length { get; init; }

    /// <summary>How many pieces it has.</summary>
    [Id(6)] public required int Pieces { get; init; }

    /// <summary>The coordinator's own progress, as JSON.</summary>
    [Id(7)] public required string ProgressJson { get; init; }

    /// <summary>The versions ranked best by validation, best first, as of this commit.</summary>
    [Id(8)] public ImmutableArray<long> Best { get; init; } = [];

    /// <summary>When it was made (UTC).</summary>
    [Id(9)] public required DateTimeOffset Time { get; init; }
}
