using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Tests.Fakes;

/// <summary>Starts clusters that are not there.</summary>
internal sealed class FakeLauncher : ILocalClusterLauncher
{
    public List<LocalClusterOptions> Started { get; } = [];

    public List<FakeLocalCluster> Clusters { get; } = [];

    public Exception? Failure { get; set; }

    public Task<ILocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        Started.Add(options);
        if (Failure is { } failure)
        {
            return Task.FromException<ILocalCluster>(failure);
        }

        var cluster = new FakeLocalCluster($"cluster-{Started.Count}");
        Clusters.Add(cluster);
        return Task.FromResult<ILocalCluster>(cluster);
    }
}

/// <summary>A local cluster that is not there, and remembers what was done to it.</summary>
internal sealed class FakeLocalCluster(string clusterId) : ILocalCluster
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LocalCluster Description { get; } = new()
    {
        ClusterId = clusterId,
        Store = "redis://127.0.0.1:41234",
        SupervisorProcessId = 4711,
        SupervisorStartedAt = Statuses.Submitted,
        Silos = [new LocalSilo("local-1", 4712, 11_111, 30_000, 8_080)],
        Ready = true,
    };

    public Task<string> Ended => _ended.Task;

    public bool Stopped { get; private set; }

    public bool Killed { get; private set; }

    /// <summary>Ends by itself.</summary>
    public void Die(string lastWords) => _ended.TrySetResult(lastWords);

    public Task<bool> StopAsync()
    {
        Stopped = true;
        return Task.FromResult(true);
    }

    public void Kill() => Killed = true;

    public ValueTask DisposeAsync() => new(StopAsync());
}
