using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// Serves a job on the thread of one device slot: pulls a block, computes it, pulls the next. Between two blocks there is one wait, for the
/// coordinator's answer, in which the next block's episodes are sampled, and no other thread.
/// </summary>
internal sealed class BlockPuller(
    BlockComputer computer, SiloExchange exchange, ClusterInstruments instruments, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>Serves the job until the period is over, the job has no more use for the worker, or the worker is to stop.</summary>
    /// <param name="slot">Who serves.</param>
    /// <param name="job">Whom.</param>
    /// <param name="finished">A block's result that was not returned yet.</param>
    /// <param name="period">For how long.</param>
    /// <param name="stop">Ends it after the block at hand.</param>
    /// <returns>The last block's result, which nobody has yet, and whether the job sent the worker away.</returns>
    public (NodeResult? Finished, bool IsSentAway) Serve(WorkerSlot slot, JobId job, NodeResult? finished, TimeSpan period, CancellationToken stop)
    {
        long began = time.GetTimestamp();
        while (!stop.IsCancellationRequested && time.GetElapsedTime(began) < period)
        {
            // The exchange has the result from here on: should the call fail, it is offered again with the next one.
            Task<Turn> answer = exchange.TurnAsync(job, slot.Worker, finished);
            finished = null;
            if (!answer.IsCompleted)
            {
                slot.Stage.Prepare(EpisodeStage.Here);
            }

            Turn turn = answer.WaitOnDevice();
            if (turn.Lease is { } lease)
            {
                finished = Compute(slot, lease, stop);
            }
            else
            {
                Change(slot, "waiting", WorkerActivity.Waiting);
                if (turn.Outcome == ExchangeOutcome.Leave)
                {
                    return (null, true);
                }
            }
        }

        return (finished, false);
    }

    private NodeResult? Compute(WorkerSlot slot, Lease lease, CancellationToken stop)
    {
        Change(slot, Describe(lease), WorkerActivity.Computing);
        NodeResult? result = null;
        try
        {
            result = computer.Compute(slot, lease);
        }
        finally
        {
            if (result is null)
            {
                exchange.Release(lease);
            }
        }

        if (result is not null)
        {
            slot.Computed();
            if (FaultInjection.Delay(options.Value.Faults, slot.Worker, lease) is { Ticks: > 0 } delay)
            {
                stop.WaitHandle.WaitOne(delay);
            }
        }

        return result;
    }

    private void Change(WorkerSlot slot, string doing, WorkerActivity activity)
    {
        slot.Doing = doing;
        instruments.WorkerChanged(slot.Number, activity);
    }

    private static string Describe(Lease lease) => lease.Round.Kind == RoundKind.Training
        ? $"iteration {lease.Round.Number}, block {lease.Block}"
        : $"evaluating version {lease.Version}, block {lease.Block}";
}
