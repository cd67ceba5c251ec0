using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>The promise between a coordinator's awaits: whatever the store, other coordinators and people do, and whenever, the bits are the same.</summary>
public sealed class TroubledCoordinatorTests
{
    private const int Iterations = 150;
    private const int CommitEvery = 7;
    private const int Parameters = 10_000;
    private const int Acts = 60;
    private const int Takeover = 9;
    private const string Evaluation = """{ "validation": { "every": 20, "episodes": 4 }, "final": { "episodes": 6 } }""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(2, 1, null)]
    [InlineData(3, 2, null)]
    [InlineData(4, 2, 10.0)]
    public async Task Trouble_ChangesNoBit(int seed, int silos, double? clipNorm)
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using IStoreServer server = await RedisStoreServer.StartAsync(Cancellation);
        await using var store = new StoreClient(server.Uri, "test");
        await using CoordinatorSilo silo = await CoordinatorSilo.StartAsync(store, workers: 2, Parameters);
        await using CoordinatorSilo? other = silos > 1 ? await CoordinatorSilo.StartAsync(store, workers: 1, Parameters, silo) : null;
        Trouble trouble = new(seed);

        ICoordinatorGrain quiet = await silo.StartJobAsync(new JobId("quiet"), Iterations, CommitEvery, Evaluation, clipNorm: clipNorm);
        JobStatus expected = await EndOfAsync(silo, quiet);
        (silo.Gate.Before, silo.Gate.After, silo.Calls.Before) = (trouble.BeforeAsync, trouble.AfterAsync, trouble.Call);
        JobId job = new("troubled");
        ICoordinatorGrain troubled = silo.Coordinator(job);
        await TryAsync(() => silo.StartJobAsync(job, Iterations, CommitEvery, Evaluation, silos, clipNorm));
        for (int act = 0; act < Acts; act++)
        {
            await TryAsync(() => ActAsync(act == Acts / 4 ? Takeover : trouble.Next(Takeover + 1), troubled, store, job));
            await Task.Delay(trouble.Next(30), Cancellation);
        }

        (silo.Gate.Before, silo.Gate.After, silo.Calls.Before) = (static _ => Task.CompletedTask, static _ => Task.CompletedTask, static _ => { });
        JobStatus actual = await EndOfAsync(silo, troubled);

        Assert.Equal(JobState.Completed, expected.State);
        Assert.True(actual.State == JobState.Completed, await StoryOfAsync(store, job, actual));
        Assert.True(trouble.Failures > 0 && actual.Epoch > 1, "There was no trouble.");
        Assert.Equal(expected.ParametersSha256, actual.ParametersSha256);
        Assert.Equal(expected.LossHistory, actual.LossHistory);
        Assert.Equal(expected.BestIteration, actual.BestIteration);
        Assert.Equal(expected.Validations.Select(Measured), actual.Validations.Select(Measured));
        Assert.Equal(Measured(expected.Evaluation!), Measured(actual.Evaluation!));
    }

    private static (long At, double Error, double Interval) Measured(EvaluationSummary evaluation) =>
        (evaluation.At, evaluation.MeanSquaredError[1].Mean, evaluation.MeanSquaredError[1].Ci95);

    private static async Task ActAsync(int act, ICoordinatorGrain coordinator, StoreClient store, JobId job)
    {
        switch (act)
        {
            case < 3:
                await coordinator.RequestAsync(JobRequest.Pause);
                break;
            case < 6:
                await coordinator.RequestAsync(JobRequest.Run);
                break;
            case < 8:
                await coordinator.StartEvaluationAsync(new EvaluationRequest { At = CheckpointSelector.Best, Episodes = 4, Split = "test" });
                break;
            case Takeover:
                // As another coordinator would.
                await store.Jobs.AcquireEpochAsync(job, Cancellation);
                break;
            default:
                await coordinator.DescribeAsync();
                break;
        }
    }

    private static async Task<JobStatus> EndOfAsync(CoordinatorSilo silo, ICoordinatorGrain coordinator)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            JobStatus? status = null;
            await TryAsync(async () =>
            {
                await coordinator.RequestAsync(JobRequest.Run);
                status = await coordinator.DescribeAsync();
            });
            if (status is { State: var state } && state.IsFinal())
            {
                return status;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
            {
                Assert.Fail("The job does not end: " + (status is null ? "it is not known" : await StoryOfAsync(silo.Store, status.Job, status)));
            }

            await Task.Delay(20, Cancellation);
        }
    }

    // What a person or a worker would do again.
    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException or OrleansException or AggregatorLostException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
        }
    }

    private static async Task<string> StoryOfAsync(StoreClient store, JobId job, JobStatus status) =>
        $"{status.State} at iteration {status.Iteration} ({status.CommittedIteration} committed), epoch {status.Epoch}: {status.Failure ?? status.Stalled}\n"
        + string.Join('\n', (await store.Events.ReadAsync(job, 0, 1_000, Cancellation)).Select(static entry => $"{entry.Iteration} {entry.Message}"));

    /// <summary>
    /// A store that does not answer now and then, before it did what it was asked for or after, a queue that hears nothing for a while, and
    /// aggregators that are lost. Calls draw in whatever order they come: a seed tells runs apart, and repeats none.
    /// </summary>
    private sealed class Trouble(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();

        public int Failures { get; private set; }

        public int Next(int end)
        {
            lock (_gate)
            {
                return _random.Next(end);
            }
        }

        public async Task BeforeAsync(string method)
        {
            if (Next(10) == 0)
            {
                await Task.Delay(Next(20), Cancellation);
            }

            FailSometimes(method, "has not seen");
        }

        public Task AfterAsync(string method)
        {
            FailSometimes(method, "has done");
            return Task.CompletedTask;
        }

        public void Call(string method)
        {
            if (method == nameof(IJobQueueGrain.ReportAsync) && Next(4) == 0)
            {
                throw new TimeoutException("The queue does not answer.");
            }

            if (method is nameof(IAggregatorGrain.AddAsync) or nameof(IAggregatorGrain.StepAsync) or nameof(IAggregatorGrain.CaptureAsync) && Next(200) == 0)
            {
                throw new AggregatorClosedException();
            }
        }

        private void FailSometimes(string method, string what)
        {
            if (Next(25) == 0)
            {
                lock (_gate)
                {
                    Failures++;
                }

                throw new StoreUnavailableException($"The store {what} {method}, and does not answer.");
            }
        }
    }
}
