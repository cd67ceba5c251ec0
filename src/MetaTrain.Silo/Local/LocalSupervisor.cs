using System.Collections.Immutable;
using System.Globalization;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>A local cluster from its start to its end: the store and the silos side by side, silos drained first and the store ended last.</summary>
internal sealed partial class LocalSupervisor(
    LocalOptions options, LocalLayout layout, IChildLauncher launcher, Func<LocalCluster, CancellationToken, Task> withdraw, TimeProvider time, ILogger logger)
{
    // Longer than a silo gives itself.
    private static readonly TimeSpan SiloDrainTime = SiloHost.ShutdownTime + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreDrainTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WithdrawTime = TimeSpan.FromSeconds(5);

    private readonly RestartPolicy _storePolicy = new();

    /// <summary>Runs until told to stop; throws when the cluster had to be given up.</summary>
    /// <exception cref="StartFailure">A process of the cluster cannot be kept running.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        long start = time.GetTimestamp();
        int storePort = options.Store is null ? Ports.FindFree(1)[0] : 0;
        ClusterBook book = new(Describe(storePort), options.Silos, cluster => cluster.Write(layout.Root));

        using CancellationTokenSource stopSilos = new();
        using CancellationTokenSource stopStore = new();
        List<(string Name, Task<ChildExit?> Run)> children = [];

        // Each on a thread of the pool: the first process to be started must not wait for the files of the others.
        for (int index = 0; index < options.Silos; index++)
        {
            SiloPlan plan = new(index, options, book.Current);
            children.Add((plan.Name, Task.Run(() => Silo(plan, book, stopSilos.Token).RunAsync(stopSilos.Token), CancellationToken.None)));
        }

        if (options.Store is null)
        {
            children.Add(("store", Task.Run(() => Store(storePort, book).RunAsync(stopStore.Token), CancellationToken.None)));
        }

        ChildFailure? failure = await WaitAsync(children, book, start, stop).ConfigureAwait(false);
        if (failure is not null)
        {
            book.Failed(failure.Sentence);
        }

        LogStopping(logger, book.Current.ClusterId);
        await stopSilos.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([WithdrawAsync(book.Current), .. children.Where(child => child.Name != "store").Select(child => child.Run)]).ConfigureAwait(false);
        await stopStore.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(children.Select(child => child.Run)).ConfigureAwait(false);
        if (failure is not null)
        {
            throw new StartFailure(failure.Sentence, failure.ExitCode);
        }

        File.Delete(Path.Combine(layout.Root, LocalCluster.FileName));
        LogStopped(logger, book.Current.ClusterId);
    }

    /// <summary>Returns when the cluster is to end: null when it was told to, else why it cannot go on.</summary>
    private async Task<ChildFailure?> WaitAsync(List<(string Name, Task<ChildExit?> Run)> children, ClusterBook book, long start, CancellationToken stop)
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = stop.Register(() => told.TrySetResult());
        Task ended = await Task.WhenAny([told.Task, book.Ready, .. children.Select(child => child.Run)]).ConfigureAwait(false);
        if (ended == book.Ready)
        {
            _storePolicy.Ready();
            LogReady(logger, book.Current.ClusterId, time.GetElapsedTime(start).TotalSeconds, book.Current.Silos.Length, options.WorkersText);
            await Task.WhenAny([told.Task, .. children.Select(child => child.Run)]).ConfigureAwait(false);
        }

        foreach ((string name, Task<ChildExit?> run) in children.Where(child => child.Run.IsCompleted))
        {
            if (await run.ConfigureAwait(false) is { } exit)
            {
                return ChildFailure.Of(name, layout.LogOf(name), exit);
            }
        }

        return null;
    }

    private LocalCluster Describe(int storePort)
    {
        ProcessIdentity self = ProcessIdentity.Self("supervisor");
        return new LocalCluster
        {
            // Fresh at each start: the membership rows of a cluster that was killed would keep silos from joining for minutes.
            ClusterId = string.Create(CultureInfo.InvariantCulture, $"local-{time.GetUtcNow():yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..6]}"),
            Store = options.Store ?? string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{storePort}"),
            SupervisorProcessId = self.Id,
            SupervisorStartedAt = self.StartedAt,
        };
    }

    private ChildSupervisor Store(int port, ClusterBook book)
    {
        ChildPlan plan = new(
            "store",
            ["store", "--data", layout.Store, "--port", port.ToString(CultureInfo.InvariantCulture), "--owner-pipe"],
            ImmutableDictionary<string, string>.Empty);
        return new ChildSupervisor(launcher, () => plan, child => book.StoreStarted(child.Identity.Id), _storePolicy, StoreDrainTime, time, logger);
    }

    private ChildSupervisor Silo(SiloPlan plan, ClusterBook book, CancellationToken stop)
    {
        RestartPolicy policy = new();
        return new ChildSupervisor(
            launcher,
            plan.Next,
            child =>
            {
                book.SiloStarted(plan.Describe(child.Identity.Id));
                _ = WatchAsync(child, plan.Ports.Http);
            },
            policy,
            SiloDrainTime,
            time,
            logger);

        async Task WatchAsync(IChild child, int port)
        {
            using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task ready = ReadyProbe.UntilReadyAsync(cancelled => ReadyProbe.IsReadyAsync(port, cancelled), time, gone.Token);
            if (await Task.WhenAny(ready, child.Exited).ConfigureAwait(false) == ready && ready.IsCompletedSuccessfully)
            {
                policy.Ready();
                book.SiloReady(plan.Name);
                LogSiloReady(logger, plan.Name, child.Identity.Id);
            }

            await gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task WithdrawAsync(LocalCluster cluster)
    {
        using CancellationTokenSource limit = new(WithdrawTime, time);
        try
        {
            await withdraw(cluster, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MetaTrain.Abstractions.Storage.StoreUnavailableException or OperationCanceledException)
        {
            LogNotWithdrawn(logger, cluster.ClusterId, e);
        }
    }
}
