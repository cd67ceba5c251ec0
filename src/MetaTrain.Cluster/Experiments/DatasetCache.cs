using System.Collections.Concurrent;
using System.Collections.Immutable;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Datasets;

namespace MetaTrain.Cluster.Experiments;

/// <summary>The data sets that this silo works with, out of the store: each version loaded once.</summary>
internal sealed class DatasetCache(IDatasetStore store)
{
    private const int ReadsAtOnce = 16;

    private readonly ConcurrentDictionary<string, Lazy<Task<ImageDataset>>> _datasets = new(StringComparer.Ordinal);

    /// <summary>A data set; null when it was never imported.</summary>
    public async Task<ImageDataset?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(name, cancellationToken) is not { } manifest)
        {
            return null;
        }

        string version = $"{name}@{manifest.ContentSha256}";
        Lazy<Task<ImageDataset>> dataset = _datasets.GetOrAdd(version, _ => new(() => LoadAsync(manifest)));
        try
        {
            return await dataset.Value;
        }
        catch
        {
            _datasets.TryRemove(new(version, dataset));
            throw;
        }
    }

    public Task<ImmutableArray<DatasetManifest>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    private async Task<ImageDataset> LoadAsync(DatasetManifest manifest)
    {
        ImageClass[] classes = new ImageClass[manifest.Classes.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, classes.Length),
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce },
            async (index, token) =>
            {
                DatasetClass entry = manifest.Classes[index];
                byte[] pixels = await store.ReadShardAsync(entry.Sha256, token);
                classes[index] = new ImageClass(entry.Name, SplitNames.Parse(entry.Split), entry.Examples, pixels);
            });
        return new ImageDataset(manifest.Name, manifest.ExampleShape, [.. classes]);
    }
}
