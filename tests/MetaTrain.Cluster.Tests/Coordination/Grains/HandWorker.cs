using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Experiments;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>A worker that a test moves by hand.</summary>
internal sealed class HandWorker(CoordinatorSilo silo, JobId job)
{
    private static readonly string Key = new WorkerKey(CoordinatorSilo.Name, 0, SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1)).ToString();

    private readonly string _deviceClass = Learning.Devices.DeviceClass.Cpu.ToString();

    /// <summary>A turn for one block.</summary>
    public Task<ExchangeReply> AskAsync(params IEnumerable<NodeResult> finished) =>
        silo.Coordinator(job).ExchangeAsync(new ExchangeRequest { Workers = [Key], DeviceClass = _deviceClass, Results = [.. finished] });

    /// <summary>The result of a lease; none when its coordinator was replaced.</summary>
    public async Task<NodeResult[]> ComputeAsync(Lease lease)
    {
        if (await silo.Coordinator(job).ReadParametersAsync(lease.Epoch, lease.Version) is not { } parameters)
        {
            return [];
        }

        IExperiment experiment = await new MadeUpFactory(parameters.Values.Length).CreateAsync("{}", null, null, CancellationToken.None);
        BlockRequest request = new(lease.Version, lease.FirstTask, lease.Tasks, lease.Evaluation is { } work ? EvaluationSettingsReader.Read(work) : null);
        BlockSums sums = experiment.Compute(request, experiment.Sample(request), parameters.Values.Memory);
        NodeResult result = new()
        {
            Epoch = lease.Epoch,
            Round = lease.Round,
            Node = new TreeNode(0, lease.Block),
            Count = sums.Count,
            Gradient = new FloatVector(sums.Gradient),
            Metrics = sums.Metrics,
            Workers = [Key],
        };
        return [result.WithFingerprint()];
    }

    /// <summary>
    /// Computes block after block until the coordinator has no use for it, or a test has seen enough: then with the block that it has.
    /// </summary>
    /// <param name="until">True for a block that is not to be computed yet: one must come.</param>
    /// <param name="from">A block that it has.</param>
    public async Task<Lease?> ServeAsync(Predicate<Lease>? until = null, Lease? from = null)
    {
        Lease? lease = from;
        while (true)
        {
            ExchangeReply reply = await AskAsync(lease is null ? [] : await ComputeAsync(lease));
            lease = reply.Leases.FirstOrDefault();
            if (reply.Outcome == ExchangeOutcome.Leave)
            {
                Assert.Null(until);
                return null;
            }

            if (lease is not null && until?.Invoke(lease) == true)
            {
                return lease;
            }
        }
    }
}
