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
    public async Task<DatasetManifest> ImportAsync(DatasetImportRequest request, Stream archive, IProgress<int> progress)
    {
        ImportedDataset imported = DatasetImporter.Read(request.Name, archive, request.FileName, progress, CancellationToken.None);
        ImmutableArray<DatasetClass>.Builder classes = ImmutableArray.CreateBuilder<DatasetClass>();
        foreach ((ImageClass image, string sha256) in imported.Dataset.Classes.Zip(imported.ClassSha256))
        {
            await store.WriteShardAsync(sha256, image.Pixels, CancellationToken.None);
            classes.Add(new DatasetClass(image.Name, SplitNames.Of(image.Split), image.Examples, sha256));
        }

        DatasetManifest manifest = new()
        {
            Name = request.Name,
            ContentSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(classes.Select(static entry => entry.Sha256))))),
            ExampleShape = imported.Dataset.ExampleShape,
            Licence = imported.Licence,
            Source = imported.Source,
            Classes = classes.ToImmutable(),
            ImportedAt = time.GetUtcNow(),
        };
        await store.CommitAsync(manifest, CancellationToken.None);
        return manifest;
    }
}
