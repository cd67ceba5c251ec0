using MetaTrain.Abstractions.Jobs;
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
        // Of sharded sums the coordinator only counts.
        int parameters = settings.Shards > 1 ? 0 : settings.Parameters;
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
            ParameterCount = parameters,
            EvaluationMetrics = static _ => [],
        };
        Session = new JobSession(session, epoch: 1, NewTrajectory(parameters, settings), time, static (_, _) => { });
        Session.Open();
        Aggregation = new WholeAggregation(NewOptimizer(parameters, settings));
    }

    public JobSession Session { get; }

    /// <summary>Steps at the coordinator.</summary>
    public WholeAggregation Aggregation { get; }

    /// <summary>A trajectory of so many parameters at its start.</summary>
    public static Trajectory NewTrajectory(int parameters, SimulationSettings settings) => new()
    {
        Parameters = new float[parameters],
        DeviceClass = "simulated",
    };

    /// <summary>The job's meta-optimizer for so many parameters.</summary>
    public static Adam NewOptimizer(int parameters, SimulationSettings settings) =>
        new(new AdamOptions { Iterations = settings.WarmUp + settings.Iterations, TasksPerIteration = settings.Blocks }, parameters);
}
