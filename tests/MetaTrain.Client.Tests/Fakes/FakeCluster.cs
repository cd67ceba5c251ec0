using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Connections;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>A cluster of scripted grains under a clock that the test moves.</summary>
internal sealed class FakeCluster : IClusterGrains
{
    private readonly Dictionary<JobId, FakeCoordinator> _coordinators = [];

    public FakeTimeProvider Time { get; } = new();

    public FakeQueue Queue { get; } = new();

    public FakeCatalog Catalog { get; } = new();

    public FakeImport Import { get; } = new();

    public int Refreshes { get; private set; }

    public bool Disposed { get; private set; }

    IJobQueueGrain IClusterGrains.Queue => Queue;

    IDatasetCatalogGrain IClusterGrains.Datasets => Catalog;

    /// <summary>A client of this cluster.</summary>
    public MetaTrainClient Client() => new(this, new ClientOptions { Time = Time });

    /// <summary>The coordinator of a job; it is made when first asked for.</summary>
    public FakeCoordinator Job(string job)
    {
        var id = new JobId(job);
        if (!_coordinators.TryGetValue(id, out FakeCoordinator? coordinator))
        {
            _coordinators[id] = coordinator = new FakeCoordinator();
        }

        return coordinator;
    }

    ICoordinatorGrain IClusterGrains.Coordinator(JobId job) => Job(job.Value);

    IDatasetImportGrain IClusterGrains.Import(Guid import) => Import;

    Task IClusterGrains.RefreshAsync(CancellationToken cancellationToken)
    {
        Refreshes++;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Moves the clock until the task has ended: whatever it waits for comes to pass.</summary>
    public Task<T> RunAsync<T>(Task<T> task) => RunAsync(Time, task);

    /// <summary>Moves a clock until the task has ended.</summary>
    public static async Task<T> RunAsync<T>(FakeTimeProvider time, Task<T> task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.WhenAny(task, Task.Delay(1));
        }

        return await task;
    }
}
