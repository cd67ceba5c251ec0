using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.MetaOptimizers;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Coordination;

/// <summary>A session over a job of made-up mathematics: the gradient of task t at iteration k is a fixed function of (k, t) and the parameters.</summary>
internal sealed class SessionFixture
{
    public const int ParameterCount = 5;

    private static readonly WholeAggregation Aggregation = new(new PlainDescent());

    public FakeTimeProvider Time { get; } = new();

    public List<string> Notes { get; } = [];

    public List<(long Number, string Failure)> FailedEvaluations { get; } = [];

    public JobSession Open(
        long iterations = 10, int tasks = 7, int blockSize = 2, ValidationSpec? validation = null, CheckpointSpec? checkpoint = null, long epoch = 1, Trajectory? trajectory = null, bool isReadOnly = false, params ImmutableArray<string> metrics)
    {
        JobSpec spec = new()
        {
            Name = "fixture",
            Data = default,
            Model = default,
            Algorithm = default,
            Meta = new MetaSpec { Iterations = iterations, TasksPerIteration = tasks, Section = default },
            Evaluation = new EvaluationSpec { Validation = validation },
            Checkpoint = checkpoint ?? new CheckpointSpec(),
        };
        SessionSettings settings = new()
        {
            Job = new JobId("fixture"),
            Spec = spec,
            Plan = new JobPlan(blockSize, ((tasks - 1) / blockSize) + 1, "test"),
            ParameterCount = ParameterCount,
            TrainingShape = new EpisodeShape { Ways = 5, Shots = 1, Queries = 2, Input = [1] },
            EvaluationMetrics = _ => ["accuracy", "accuracy^2", .. metrics],
        };
        JobSession session = new(settings, epoch, trajectory ?? NewTrajectory(), Time, (_, message) => Notes.Add(message))
        {
            IsReadOnly = isReadOnly,
            EvaluationFailed = (number, failure) => FailedEvaluations.Add((number, failure)),
        };
        session.Open();
        return session;
    }

    public static Trajectory NewTrajectory() => new() { Parameters = [1, 2, 3, 4, 5], DeviceClass = "test" };

    /// <summary>What a worker would return for a lease.</summary>
    public static NodeResult Compute(JobSession session, Lease lease)
    {
        float[] parameters = session.Parameters(lease.Version)!.Span.ToArray();
        float[] gradient = new float[lease.Evaluation is null ? ParameterCount : 0];
        double metric = 0;
        for (int task = lease.FirstTask; task < lease.FirstTask + lease.Tasks; task++)
        {
            float weight = MathF.ScaleB(1f + (task % 3), (task * 7 % 11) - 5);
            for (int i = 0; i < gradient.Length; i++)
            {
                gradient[i] += parameters[i] * weight / (lease.Round.Number + 3);
            }

            metric += (task + lease.Version) % 2;
        }

        return (new NodeResult
        {
            Epoch = lease.Epoch,
            Round = lease.Round,
            Node = new TreeNode(0, lease.Block),
            Count = lease.Tasks,
            Gradient = new FloatVector(gradient),
            Metrics = [metric, metric],
            Workers = ["a/0@x"],
        }).WithFingerprint();
    }

    /// <summary>One worker computes every block of the training round, and the job steps.</summary>
    public static void FinishRound(JobSession session)
    {
        long iteration = session.Trajectory.Iteration;
        while (session.Trajectory.Iteration == iteration)
        {
            session.Accept(Compute(session, session.TryLease("a/0@x")!) with { Workers = ["a/0@x"] });
            Advance(session);
        }
    }

    /// <summary>Steps while a whole round allows it, as the grain does. Returns the versions that were to be committed.</summary>
    public static List<long> Advance(JobSession session)
    {
        List<long> commits = [];
        do
        {
            if (session.CanStep)
            {
                session.Stepped(Aggregation.NextParameters(session.StepSum, session.Trajectory.Parameters, session.Trajectory.Iteration));
            }

            foreach ((Round _, EvaluationSummary _) in session.TakeEvaluations())
            {
                // Closing them is what matters here.
            }

            if (session.ShouldCommit())
            {
                session.CommitStarted();
                commits.Add(session.Trajectory.Iteration);
            }
        }
        while (session.CanStep);
        return commits;
    }

    /// <summary>Runs the job to its end with workers that finish in an order drawn from a seed.</summary>
    public List<long> Run(JobSession session, int workers, int seed)
    {
        Random random = new(seed);
        List<(string Worker, Lease Lease)> inFlight = [];
        List<long> commits = [];
        while (!session.IsTrained)
        {
            foreach (string worker in Enumerable.Range(0, workers).Select(static index => $"w/{index}@x"))
            {
                if (inFlight.All(flight => flight.Worker != worker) && session.TryLease(worker) is { } lease)
                {
                    inFlight.Add((worker, lease));
                }
            }

            Assert.NotEmpty(inFlight);
            (string Worker, Lease Lease) done = inFlight[random.Next(inFlight.Count)];
            inFlight.Remove(done);
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
            if (session.Parameters(done.Lease.Version) is not null)
            {
                session.Accept(Compute(session, done.Lease) with { Workers = [done.Worker] });
            }

            commits.AddRange(Advance(session));
        }

        return commits;
    }

    private sealed class PlainDescent : IMetaOptimizer
    {
        public IReadOnlyDictionary<string, float[]> State { get; } = new Dictionary<string, float[]>();

        public double[] Clip(Span<float> gradient) => [];

        public void Step(Span<float> parameters, Span<float> gradient, long iteration, ReadOnlySpan<double> squareSums)
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i] -= 0.01f * gradient[i];
            }
        }

        public void Restore(IReadOnlyDictionary<string, float[]> state) => Assert.Empty(state);
    }
}
