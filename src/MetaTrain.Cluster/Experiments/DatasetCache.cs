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
    /// <param name="name">Its name.</param>
    /// <param name="contentSha256">Of what content; null for what was imported last.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task<ImageDataset?> FindAsync(string name, string? contentSha256, CancellationToken cancellationToken)
    {
        DatasetManifest? found = contentSha256 is null
            ? await store.FindAsync(name, cancellationToken)
            : await store.FindAsync(name, contentSha256, cancellationToken);
        if (found is not { } manifest)
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

    /// <summary>The SHA-256 of the content that a data set has now; null when it was never imported.</summary>
    public async Task<string?> VersionAsync(string name, CancellationToken cancellationToken) => (await store.FindAsync(name, cancellationToken))?.ContentSha256;

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
                classes[index] = new ImageClass(entry.Name, SplitNames.Parse(entry.Split), entry.Examples, pixels) { Description = entry.Description };
            });
        return new ImageDataset(manifest.Name, manifest.ExampleShape, [.. classes]);
    }
}
