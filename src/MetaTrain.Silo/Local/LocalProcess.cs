using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Logging;
using MetaTrain.Silo.Processes;
using MetaTrain.Storage.Redis;

namespace MetaTrain.Silo.Local;

/// <summary>The supervisor's process: the lock, what an earlier one left behind, its log, signals and owner.</summary>
internal static partial class LocalProcess
{
    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(10);

    /// <exception cref="StartFailure">The cluster cannot start, or cannot be kept running.</exception>
    public static async Task RunAsync(LocalOptions options, Owner owner, bool detached)
    {
        LocalLayout layout = new(options.DataDirectory);
        Create(layout);
        using DirectoryLock held = DirectoryLock.Take(layout);
        using BoundedLog log = new(layout.LogOf("supervisor"));
        LineLogger logger = new("Local", TimeProvider.System, line =>
        {
            log.WriteLine(line);
            if (!detached)
            {
                Console.Error.WriteLine(line);
            }
        });

        ProcessLedger ledger = new(layout.ProcessesFile);
        foreach (ProcessIdentity leftover in ledger.EndLeftovers(LeftoverPatience))
        {
            LogLeftover(logger, leftover.Name, leftover.Id);
        }

        using StopSignals signals = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Asked, owner.Released);
        LocalSupervisor supervisor = new(options, layout, new ChildLauncher(layout, ledger), WithdrawAsync, TimeProvider.System, logger);
        await supervisor.RunAsync(stop.Token).ConfigureAwait(false);
        ledger.Forget();
    }

    private static void Create(LocalLayout layout)
    {
        try
        {
            layout.Create();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(
                $"The data directory {layout.Root} cannot be made ({e.Message.TrimEnd('.')}): take another with --data DIR.", ExitCode.WrongUsage, e);
        }
    }

    private static async Task WithdrawAsync(LocalCluster cluster, CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddRedisStorage(new RedisStorageOptions { ConnectionString = cluster.Store, CommandTimeout = TimeSpan.FromSeconds(2) })
            .BuildServiceProvider();
        await services.GetRequiredService<IClusterRegistry>().WithdrawAsync(cluster.ClusterId, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ended {Name} (process {Id}), which an earlier supervisor had left behind")]
    private static partial void LogLeftover(ILogger logger, string name, int id);
}
