using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Import;

namespace MetaTrain.Cluster.Datasets;

/// <summary>Reads an archive of images and writes it as class shards, the manifest last.</summary>
internal sealed class DatasetWriter(IDatasetStore store, TimeProvider time)
{
    // The embedded store answers nobody while it rewrites its file, which a large import makes it do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<DatasetManifest> ImportAsync(DatasetImportRequest request, Stream archive, IProgress<int> progress)
    {
        var options = new ImageFolderOptions
        {
            Side = request.Side,
            Channels = request.Channels,
            SplitFiles = [.. request.SplitFiles.Select(static file => new SplitFile(file.Name, file.Text))],
            Descriptions = request.Descriptions is { } file ? new DescriptionFile(file.Name, file.Text) : null,
        };
        ImportedDataset imported = DatasetImporter.Read(request.Name, archive, request.FileName, options, progress, CancellationToken.None);
        ImmutableArray<DatasetClass>.Builder classes = ImmutableArray.CreateBuilder<DatasetClass>();
        foreach ((ImageClass image, string sha256) in imported.Dataset.Classes.Zip(imported.ClassSha256))
        {
            await UntilStoredAsync(() => store.WriteShardAsync(sha256, image.Pixels, CancellationToken.None));
            classes.Add(new DatasetClass(image.Name, SplitNames.Of(image.Split), image.Examples, sha256) { Description = image.Description });
        }

        DatasetManifest manifest = new()
        {
            Name = request.Name,
            ContentSha256 = Hash(classes),
            ExampleShape = imported.Dataset.ExampleShape,
            Licence = imported.Licence,
            Source = imported.Source,
            Classes = classes.ToImmutable(),
            ImportedAt = time.GetUtcNow(),
        };
        await UntilStoredAsync(() => store.CommitAsync(manifest, CancellationToken.None));
        return manifest;
    }

    // Both writes may be repeated: what is written twice is the same.
    private async Task UntilStoredAsync(Func<Task> write)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (StoreUnavailableException) when (time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, time);
            }
        }
    }

    /// <summary>The split belongs to it: what silos keep in memory is known by this hash, and the same images may be imported with another split.</summary>
    private static string Hash(IEnumerable<DatasetClass> classes) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(classes.Select(static entry => $"{entry.Split} {entry.Sha256} {entry.Name}{Told(entry)}\n")))));

    // To the bit, and nothing where nothing is told: what was imported without descriptions has the hash that it always had.
    private static string Told(DatasetClass entry) => string.Concat(entry.Description.Select(static value => $" {BitConverter.SingleToInt32Bits(value):x8}"));
}
