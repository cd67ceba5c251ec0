using BenchmarkDotNet.Attributes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Silo.Store;
using MetaTrain.Storage.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>
/// A commit of 450 KB of parameters with Adam's two vectors into the embedded store, durably: hashed, in one piece, under the epoch, with three
/// versions kept. The store runs in this process, where the product gives it one of its own, and never rewrites its file.
/// </summary>
[InvocationCount(20)]
public class CommitStoring
{
    private static readonly JobId Job = new("benchmark");
    private readonly byte[] _safetensors = new byte[3 * 450_000];
    private string _directory = "";
    private EmbeddedStore _store = null!;
    private ServiceProvider _services = null!;
    private ICheckpointStore _checkpoints = null!;
    private long _epoch;
    private long _iteration;

    /// <summary>Starts the store.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("metatrain-benchmark").FullName;
        EmbeddedStoreOptions options = new() { Directory = _directory, RewriteRunningBytes = long.MaxValue };
        _store = await EmbeddedStore.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance);
        _services = new ServiceCollection().AddRedisStorage(redis => redis.ConnectionString = _store.Uri).BuildServiceProvider();
        _checkpoints = _services.GetRequiredService<ICheckpointStore>();
        _epoch = await _services.GetRequiredService<IJobStore>().AcquireEpochAsync(Job, CancellationToken.None);
    }

    /// <summary>Ends the store.</summary>
    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _services.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Commits the next version.</summary>
    [Benchmark(Description = "commit of 112,500 values stored")]
    public async Task<CheckpointManifest> Commit()
    {
        CheckpointContent content = new()
        {
            Job = Job,
            Iteration = ++_iteration,
            Safetensors = _safetensors,
            ParametersSha256 = "",
            ProgressJson = "{}",
            Time = TimeProvider.System.GetUtcNow(),
        };
        return await _checkpoints.CommitAsync(content, _epoch, new CheckpointRetention(3, 1), CancellationToken.None)
            ?? throw new InvalidOperationException("The store refused a commit under the newest epoch.");
    }
}
