using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>The job that simulated workers compute: the product's session over Adam.</summary>
internal sealed class SimulatedJob
{
    public SimulatedJob(SimulationSettings settings, TimeProvider time)
    {
        JobSpec spec = new()
        {
            Name = "simulation",
            Data = default,
            Model = default,
            Algorithm = default,
            Meta = new MetaSpec { Iterations = settings.WarmUp + settings.Iterations, TasksPerIteration = settings.Blocks, Section = default },
        };
        SessionSettings session = new()
        {
            Job = new JobId("simulation"),
            Spec = spec,
            Plan = new JobPlan(1, settings.Blocks, "simulation"),
            ParameterCount = settings.Parameters,
            Aggregators = Aggregators(new JobId("simulation"), settings),
            EvaluationMetrics = static _ => [],
        };
        Session = new JobSession(session, epoch: 1, new Trajectory { Parameters = new float[settings.Parameters], DeviceClass = "simulated" }, time, static (_, _) => { });
        Session.Open();
        Aggregation = new WholeAggregation(NewOptimizer(settings.Parameters, settings));
    }

    public JobSession Session { get; }

    /// <summary>Steps at the coordinator.</summary>
    public WholeAggregation Aggregation { get; }


    // The first silos, as the product takes them: the coordinator's own, which is none of the simulated ones, comes last.
    private static ImmutableArray<Aggregator> Aggregators(JobId job, SimulationSettings settings)
    {
        int ranges = AggregationPlan.Ranges(settings.Parameters, settings.Silos, settings.Aggregators);
        return ranges == 1 ? [] : AggregationPlan.Cut(
            job, epoch: 1, settings.Parameters, [.. Enumerable.Range(0, ranges).Select(static silo => SimulatedSilo.AddressOf(silo, generation: 1))]);
    }

    /// <summary>The job's meta-optimizer for so many parameters.</summary>
    public static Adam NewOptimizer(int parameters, SimulationSettings settings) =>
        new(new AdamOptions { Iterations = settings.WarmUp + settings.Iterations, TasksPerIteration = settings.Blocks }, parameters);
}
