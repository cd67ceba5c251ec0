using System.Collections.Immutable;
using System.IO.Compression;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Datasets;
using MetaTrain.TestKit.Data;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Datasets;

public sealed class DatasetWriterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FailingStore _store = new();

    [Fact]
    public async Task Import_WaitsForAStoreThatIsAway()
    {
        _store.FailuresToCome = 3;

        DatasetManifest manifest = await ImportAsync();

        Assert.Equal(0, _store.FailuresToCome);
        Assert.Equal(["a", "b", "c"], manifest.Classes.Select(static entry => entry.Name));
        Assert.Equal(manifest.Classes.Select(static entry => entry.Sha256).Order(), _store.Shards.Order());
        Assert.Same(manifest, _store.Committed);
    }

    [Fact]
    public async Task Import_GivesUp_WhenTheStoreStaysAway()
    {
        _store.FailuresToCome = int.MaxValue;

        await Assert.ThrowsAsync<StoreUnavailableException>(ImportAsync);

        Assert.InRange(_time.GetUtcNow() - _time.Start, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        Assert.Null(_store.Committed);
    }

    private async Task<DatasetManifest> ImportAsync()
    {
        byte[] archive = Archive("train/a", "val/b", "test/c");
        Task<DatasetManifest> import = new DatasetWriter(_store, _time).ImportAsync(
            new DatasetImportRequest("letters", "letters.zip", archive.Length), new MemoryStream(archive), new Progress<int>());
        while (!import.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await import;
    }

    /// <summary>A zip with two grey images of 8 x 8 pixels in each folder.</summary>
    private static byte[] Archive(params string[] folders)
    {
        MemoryStream content = new();
        using (ZipArchive zip = new(content, ZipArchiveMode.Create))
        {
            foreach ((string folder, int shade) in folders.Select(static (folder, index) => (folder, index)))
            {
                for (int image = 0; image < 2; image++)
                {
                    byte grey = (byte)((40 * shade) + image);
                    using Stream entry = zip.CreateEntry($"{folder}/{image}.png").Open();
                    entry.Write(TestPng.Grey(8, 8, (_, _) => grey));
                }
            }
        }

        return content.ToArray();
    }

    private sealed class FailingStore : IDatasetStore
    {
        public int FailuresToCome { get; set; }

        public List<string> Shards { get; } = [];

        public DatasetManifest? Committed { get; private set; }

        public Task WriteShardAsync(string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => WriteAsync(() => Shards.Add(sha256));

        public Task CommitAsync(DatasetManifest manifest, CancellationToken cancellationToken) => WriteAsync(() => Committed = manifest);

        public Task<DatasetManifest?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DatasetManifest?> FindAsync(string name, string contentSha256, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ImmutableArray<DatasetManifest>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]> ReadShardAsync(string sha256, CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task WriteAsync(Action write)
        {
            if (FailuresToCome > 0)
            {
                FailuresToCome--;
                return Task.FromException(new StoreUnavailableException("The store is away."));
            }

            write();
            return Task.CompletedTask;
        }
    }
}
