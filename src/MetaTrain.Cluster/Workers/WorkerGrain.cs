using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Learning.Devices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace MetaTrain.Cluster.Workers;

/// <summary>The worker of one device slot: asks the queue whom to serve, and has the device's thread pull that job's blocks.</summary>
[SiloPinnedPlacement, Reentrant, KeepAlive]
internal sealed partial class WorkerGrain(
    BlockPuller puller,
    SiloExchange exchange,
    VersionInquiry inquiry,
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
    private WorkerSlot _slot = null!;
    private JobId? _job;
    private bool _draining;
    private bool _left;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = WorkerKey.Parse(Key);
        _slot = new WorkerSlot(Key, _key.Slot);
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
            ComputeDevice device = devices.Of(_key.Slot);
            instruments.DeviceFound(device.ToString(), () => DeviceMemory.BytesInUse(device));
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

    public Task<DemonstrationReply> DemonstrateAsync(JobId job, long version, DemonstrationRequest request) =>
        inquiry.DemonstrateAsync(_key.Slot, job, version, request);

    public Task<RetrievalReply> RetrieveAsync(JobId job, long version, RetrievalRequest request) =>
        inquiry.RetrieveAsync(_key.Slot, job, version, request);

    private async Task PullAsync()
    {
        NodeResult? finished = null;
        TimeSpan backoff = FirstBackoff;
        while (!_left && (!_draining || _job is not null))
        {
            try
            {
                JobId? next = _draining ? null : await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).AssignAsync(Status());
                if (next != _job)
                {
                    (JobId? left, NodeResult? last) = (_job, finished);
                    (_job, finished) = (next, null);
                    if (left is { } earlier)
                    {
                        await exchange.LeaveAsync(earlier, Key, last);
                    }
                }

                if (_job is { } job)
                {
                    NodeResult? returned = finished;
                    finished = null;
                    finished = await ServeAsync(job, returned);
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

    private async Task<NodeResult?> ServeAsync(JobId job, NodeResult? returned)
    {
        (NodeResult? finished, bool isSentAway) = await devices.Thread(_key.Slot).RunAsync(stopping =>
        {
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, _stop.Token);
            return puller.Serve(_slot, job, returned, AssignmentPeriod, stop.Token);
        });
        if (isSentAway && !_draining)
        {
            // The queue hears of it from the coordinator at about the same time.
            await DelayAsync(FirstBackoff);
        }

        return finished;
    }

    private async Task DelayAsync(TimeSpan delay) =>
        await Task.Delay(delay, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private void Change(string doing, WorkerActivity activity)
    {
        _slot.Doing = doing;
        instruments.WorkerChanged(_key.Slot, activity);
    }

    private WorkerStatus Status() => new()
    {
        Id = WorkerKey.DisplayName(Key),
        Silo = _key.SiloName,
        Device = devices.Of(_key.Slot).ToString(),
        DeviceClass = devices.DeviceClass,
        MetricsUrl = options.Value.MetricsUrl,
        Job = _job,
        Doing = _slot.Doing,
        Blocks = _slot.Blocks,
        Draining = _draining,
        ProcessId = Environment.ProcessId,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {Worker}: a turn with {Peer} failed; trying again in {Delay} ms")]
    private static partial void LogTurnFailed(ILogger logger, string worker, string peer, double delay, Exception exception);
}
