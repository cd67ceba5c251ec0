using MetaTrain.Abstractions.Grains;
using MetaTrain.Cluster.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Workers;

/// <summary>Brings this silo's workers to life when it becomes active, looks after them, and drains them when it leaves.</summary>
internal sealed partial class WorkerRegistrar(
    IGrainFactory grains, SiloDevices devices, ILocalSiloDetails silo, TimeProvider time, ILogger<WorkerRegistrar> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IWorkerReadiness
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _watch = Task.CompletedTask;

    /// <summary>True once every worker of this silo has answered.</summary>
    public bool AreRunning { get; private set; }

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe<WorkerRegistrar>(ServiceLifecycleStage.Active, StartAsync, StopAsync);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = Task.Run(WatchAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watch;
        try
        {
            await Task.WhenAll(Workers().Select(static worker => worker.DrainAsync())).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or OrleansException or TimeoutException)
        {
            LogDrainFailed(logger, silo.Name, e);
        }
    }

    private async Task WatchAsync()
    {
        using PeriodicTimer timer = new(Period, time);
        try
        {
            do
            {
                await EnsureAsync();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo leaves.
        }
    }

    private async Task EnsureAsync()
    {
        try
        {
            await Task.WhenAll(Workers().Select(static worker => worker.EnsureRunningAsync()));
            AreRunning = true;
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            LogEnsureFailed(logger, silo.Name, e);
        }
    }

    private IEnumerable<IWorkerGrain> Workers() => Enumerable.Range(0, devices.Slots)
        .Select(slot => grains.GetGrain<IWorkerGrain>(new WorkerKey(silo.Name, slot, silo.SiloAddress).ToString()));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workers of {Silo} could not be started yet; trying again")]
    private static partial void LogEnsureFailed(ILogger logger, string silo, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workers of {Silo} could not return their blocks; they will be leased again")]
    private static partial void LogDrainFailed(ILogger logger, string silo, Exception exception);
}
