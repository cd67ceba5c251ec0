using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>The job that simulated workers compute: the product's session over Adam.</summary>
internal sealed class SimulatedJob
{
    private const long Epoch = 1;
    private static readonly JobId Id = new("simulation");

    private readonly Adam _optimizer;

    public SimulatedJob(SimulationSettings settings, TimeProvider time)
    {
        JobSpec spec = new()
        {
            Name = Id.Value,
            Data = default,
            Model = default,
            Algorithm = default,
            Meta = new MetaSpec { Iterations = settings.WarmUp + settings.Iterations, TasksPerIteration = settings.Blocks, Section = default },
        };
        SessionSettings session = new()
        {
            Job = Id,
            Spec = spec,
            Plan = new JobPlan(1, settings.Blocks, "simulation"),
            ParameterCount = settings.Parameters,
            TrainingShape = new EpisodeShape { Ways = 0, Shots = 1, Queries = 1, Input = [1], Targets = 1 },
            EvaluationMetrics = static _ => [],
            Aggregators = settings.Ranges == 1
                ? []
                : AggregationPlan.Cut(Id, Epoch, settings.Parameters, [.. Enumerable.Range(0, settings.Ranges).Select(static silo => SimulatedSilo.AddressOf(silo, 1))]),
        };
        Trajectory trajectory = new() { Parameters = new float[settings.Parameters], DeviceClass = "simulated" };
        Session = new JobSession(session, Epoch, trajectory, time, static (_, _) => { });
        Session.Open();
        _optimizer = NewOptimizer(settings.Parameters, settings);
        Aggregation = new WholeAggregation(_optimizer);
    }

    public JobSession Session { get; }

    /// <summary>Steps at the coordinator, when no aggregators do.</summary>
    public WholeAggregation Aggregation { get; }

    /// <summary>The job's meta-optimizer for so many parameters.</summary>
    public static Adam NewOptimizer(int parameters, SimulationSettings settings) =>
        new(new AdamOptions { Iterations = settings.WarmUp + settings.Iterations, TasksPerIteration = settings.Blocks }, parameters);

    /// <summary>Gives each aggregator its range; null when there are none.</summary>
    public async Task<RangedAggregation?> CutAsync(IGrainFactory grains, TransferClient transfers) => Session.Settings.IsRanged
        ? await RangedAggregation.OpenAsync(grains, transfers, Id, Session.Settings.Aggregators, Session.Trajectory, _optimizer.State)
        : null;
}
