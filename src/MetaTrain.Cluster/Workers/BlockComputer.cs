using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Workers;

/// <summary>Turns a lease into a result, on the calling thread: that of a slot's device.</summary>
internal sealed class BlockComputer(
    ExperimentCache experiments,
    SiloDevices devices,
    ParameterCache parameters,
    ClusterInstruments instruments,
    IOptions<WorkerOptions> options,
    TimeProvider time)
{
    /// <summary>The result of a lease; null when its coordinator no longer needs it.</summary>
    public NodeResult? Compute(WorkerSlot slot, Lease lease)
    {
        IExperiment experiment;
        try
        {
            experiment = experiments.GetAsync(lease.Job, devices.Of(slot.Number)).WaitOnDevice();
        }
        catch (SpecException e)
        {
            return Failed(lease, slot.Worker, e.Message);
        }

        FloatVector? values = parameters.GetAsync(lease.Job, lease.Epoch, lease.Version).WaitOnDevice();
        return values is null ? null : Compute(slot, lease, experiment, values);
    }

    private NodeResult Compute(WorkerSlot slot, Lease lease, IExperiment experiment, FloatVector values)
    {
        FaultInjection.KillIfAsked(options.Value.Faults, lease);

        // Checked at each block: another library may have changed it (the promise, 5).
        TorchRuntime.PinThread();
        BlockRequest request = new(lease.Version, lease.FirstTask, lease.Tasks, lease.Evaluation is { } work ? EvaluationSettingsReader.Read(work) : null);
        EpisodeBlock episodes = slot.Stage.Take(experiment, request);
        if (devices.Of(slot.Number).IsCuda)
        {
            // A GPU leaves its processor free.
            slot.Stage.Prepare(Task.Run);
        }

        long start = time.GetTimestamp();
        instruments.BlockStarted(slot.Number);
        try
        {
            BlockSums sums = experiment.Compute(request, episodes, values.Memory);
            return Result(lease, slot.Worker) with
            {
                Count = sums.Count,
                Gradient = new FloatVector(sums.Gradient),
                Metrics = sums.Metrics,
                NonFiniteTask = sums.NonFiniteTask,
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The coordinator fails the job with this sentence: an error of the mathematics is the same on every worker.
            return Failed(lease, slot.Worker, $"{e.GetType().Name}: {e.Message}");
        }
        finally
        {
            instruments.BlockComputed(slot.Number, JobNames.LabelOf(lease.Job), time.GetElapsedTime(start));
        }
    }

    private static NodeResult Result(Lease lease, string worker) => new()
    {
        Epoch = lease.Epoch,
        Round = lease.Round,
        Node = new TreeNode(0, lease.Block),
        Count = lease.Tasks,
        Workers = [worker],
    };

    private static NodeResult Failed(Lease lease, string worker, string failure) => Result(lease, worker) with { Failure = failure };
}
