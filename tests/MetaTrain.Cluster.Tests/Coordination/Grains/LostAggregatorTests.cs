using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Aggregators on two silos, one of which is lost at a bad moment.</summary>
public sealed class LostAggregatorTests : GrainTest
{
    private const int Parameters = 10_000;

    [Theory]
    [InlineData(nameof(IAggregatorGrain.CaptureAsync), 0, null)]
    [InlineData(nameof(IAggregatorGrain.CaptureAsync), 5, 10.0)]
    [InlineData(nameof(IAggregatorGrain.AddAsync), 7, null)]
    [InlineData(nameof(IAggregatorGrain.AddAsync), 7, 10.0)]
    [InlineData(nameof(IAggregatorGrain.StepAsync), 8, 10.0)]
    [InlineData(nameof(IAggregatorGrain.OpenAsync), 0, null)]
    public async Task Job_GoesOnFromItsCommit_WithTheSameBits(string method, int calls, double? clipNorm)
    {
        await using CoordinatorSilo other = await CoordinatorSilo.StartAsync(Store, workers: 1, Parameters, joins: Silo);
        JobStatus expected = await EndOfAsync(new JobId("quiet"), aggregators: 1, clipNorm);
        int left = calls + 1;
        Silo.Calls.Before = called =>
        {
            if (called == method && Interlocked.Decrement(ref left) == 0)
            {
                throw new AggregatorClosedException();
            }
        };
        JobStatus actual = await EndOfAsync(Job, aggregators: 2, clipNorm);
        ImmutableArray<RunEvent> events = await Store.Events.ReadAsync(Job, 0, 1_000, Cancellation);

        Assert.Contains(events, static entry => entry.Message.StartsWith("Adding and stepping is cut into 2 ranges", StringComparison.Ordinal));
        Assert.True(left <= 0, "No aggregator was lost.");
        Assert.True(actual.Epoch > 1);
        Assert.Equal((JobState.Completed, JobState.Completed), (expected.State, actual.State));
        Assert.Equal(expected.ParametersSha256, actual.ParametersSha256);
    }

    private protected override Task<CoordinatorSilo> StartSiloAsync(StoreClient store) => CoordinatorSilo.StartAsync(store, workers: 1, Parameters);

    private async Task<JobStatus> EndOfAsync(JobId job, int aggregators, double? clipNorm)
    {
        try
        {
            await Silo.StartJobAsync(job, 20, 4, aggregators: aggregators, clipNorm: clipNorm);
        }
        catch (AggregatorLostException)
        {
            // Whoever looks at the job next has it started again.
        }

        JobStatus? status = null;
        await Eventually.IsTrueAsync(async () => (status = await Silo.Coordinator(job).DescribeAsync())!.State.IsFinal());
        return status!;
    }
}
