using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace MetaTrain.Cluster.Workers;

/// <summary>Pulls blocks for one device slot: asks the queue whom to serve, the coordinator for a block, the device for its result.</summary>
[SiloPinnedPlacement, Reentrant, KeepAlive]
internal sealed partial class WorkerGrain(
    BlockComputer computer,
    SiloExchange exchange,
    SiloDevices devices,
    ClusterInstruments instruments,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerGrain> logger) : Grain, IWorkerGrain
{
    private static readonly TimeSpan AssignmentPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task? _pull;
    private WorkerKey _key;
    private JobId? _job;
    private string _doing = "idle";
    private long _blocks;
    private bool _draining;
    private bool _left;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = WorkerKey.Parse(Key);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _left = true;
        await _stop.CancelAsync();
        instruments.WorkerLeft(_key.Slot);
    }

    public Task EnsureRunningAsync()
    {
        if (!_draining && _pull is null or { IsCompleted: true })
        {
            Change("idle", WorkerActivity.Idle);
            _pull = PullAsync();
        }

        return Task.CompletedTask;
    }

    public Task<WorkerStatus> DescribeAsync() => Task.FromResult(Status());

    public async Task DrainAsync()
    {
        _draining = true;
        await _stop.CancelAsync();
        if (_pull is { } pull)
        {
            await pull;
        }
    }

    private async Task PullAsync()
    {
        NodeResult? result = null;
        long assignedAt = 0;
        TimeSpan backoff = FirstBackoff;
        while (!_left && (!_draining || result is not null))
        {
            try
            {
                if (!_draining && (_job is null || time.GetElapsedTime(assignedAt) >= AssignmentPeriod))
                {
                    JobId? next = await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).AssignAsync(Status());
                    assignedAt = time.GetTimestamp();
                    if (next != _job && _job is { } left && result is { } last)
                    {
                        result = null;
                        await exchange.DeliverAsync(left, last);
                    }

                    _job = next;
                }

                if (_draining && _job is { } drained && result is { } remaining)
                {
                    result = null;
                    await exchange.DeliverAsync(drained, remaining);
                }
                else if (_job is { } job)
                {
                    // The exchange has the result from here on: should the call fail, it is offered again with the next one.
                    NodeResult? finished = result;
                    result = null;
                    (result, bool leave) = await TurnAsync(job, finished);
                    _job = leave ? null : job;
                }

                backoff = FirstBackoff;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogTurnFailed(logger, Key, _job?.Value ?? "the queue", backoff.TotalMilliseconds, e);
                if (!_draining)
                {
                    await DelayAsync(backoff);
                }

                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
            }
        }

        Change("draining", WorkerActivity.Draining);
    }

    private async Task<(NodeResult? Result, bool Leave)> TurnAsync(JobId job, NodeResult? finished)
    {
        Turn turn = await exchange.TurnAsync(job, Key, finished);
        if (turn.Lease is not { } lease)
        {
            Change("waiting", WorkerActivity.Waiting);
            if (turn.Outcome == ExchangeOutcome.Leave && !_draining)
            {
                // The queue hears of it from the coordinator at about the same time.
                await DelayAsync(FirstBackoff);
            }

            return (null, turn.Outcome == ExchangeOutcome.Leave);
        }

        Change(Describe(lease), WorkerActivity.Computing);
        NodeResult? result = null;
        try
        {
            result = await computer.ComputeAsync(Key, _key.Slot, lease);
        }
        finally
        {
            if (result is null)
            {
                exchange.Release(lease);
            }
        }

        if (result is null)
        {
            return (null, false);
        }

        _blocks++;
        if (FaultInjection.Delay(options.Value.Faults, Key, lease) is { Ticks: > 0 } delay)
        {
            await DelayAsync(delay);
        }

        return (result, false);
    }

    private async Task DelayAsync(TimeSpan delay) =>
        await Task.Delay(delay, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private void Change(string doing, WorkerActivity activity)
    {
        _doing = doing;
        instruments.WorkerChanged(_key.Slot, activity);
    }

    private static string Describe(Lease lease) => lease.Round.Kind == RoundKind.Training
        ? $"iteration {lease.Round.Number}, block {lease.Block}"
        : $"evaluating version {lease.Version}, block {lease.Block}";

    private WorkerStatus Status() => new()
    {
        Id = WorkerKey.DisplayName(Key),
        Silo = _key.SiloName,
        Device = devices.Device,
        DeviceClass = devices.DeviceClass,
        MetricsUrl = options.Value.MetricsUrl,
        Job = _job,
        Doing = _doing,
        Blocks = _blocks,
        Draining = _draining,
        ProcessId = Environment.ProcessId,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {Worker}: a turn with {Peer} failed; trying again in {Delay} ms")]
    private static partial void LogTurnFailed(ILogger logger, string worker, string peer, double delay, Exception exception);
}
