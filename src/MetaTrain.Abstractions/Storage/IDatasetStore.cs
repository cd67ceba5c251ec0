using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;

namespace MetaTrain.Abstractions.Storage;

/// <summary>Task shards: one value a class, and a manifest written last.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the store does not answer in time.</remarks>
public interface IDatasetStore
{
    /// <summary>Writes one class shard, addressed by its content's SHA-256; writing it twice is harmless.</summary>
    Task WriteShardAsync(string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes the data set visible under its name, in place of an earlier one of that name.</summary>
    /// <exception cref="InvalidDataException">A shard that the manifest names is missing.</exception>
    Task CommitAsync(DatasetManifest manifest, CancellationToken cancellationToken);

    /// <summary>A data set as it was imported last; null when it is unknown.</summary>
    Task<DatasetManifest?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>A data set as it was when its content had this SHA-256, though another was imported under its name since; null when it is unknown.</summary>
    Task<DatasetManifest?> FindAsync(string name, string contentSha256, CancellationToken cancellationToken);

    /// <summary>All data sets, by name.</summary>
    Task<ImmutableArray<DatasetManifest>> ListAsync(CancellationToken cancellationToken);

    /// <summary>One shard, checked against its hash.</summary>
    /// <exception cref="InvalidDataException">The shard is missing or damaged.</exception>
    Task<byte[]> ReadShardAsync(string sha256, CancellationToken cancellationToken);
}
