using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace MetaTrain.Client.Tests.Calls;

public sealed class CallRetryTests
{
    private readonly FakeTimeProvider _time = new();
    private int _refreshes;

    [Fact]
    public async Task Run_ReturnsTheAnswer_WhenTheFirstCallSucceeds()
    {
        Assert.Equal(7, await Run(() => 7));
        Assert.Equal(0, _refreshes);
    }

    [Fact]
    public async Task Run_RepeatsAndRefreshes_WhenCallsFailInPassing()
    {
        int calls = 0;
        int answer = await Run(() => ++calls < 4 ? throw new SiloUnavailableException("gone") : calls);
        Assert.Equal(4, answer);
        Assert.Equal(3, _refreshes);
    }

    [Fact]
    public async Task Run_Throws_WhenTheFailureWillNotPass()
    {
        int calls = 0;
        await Assert.ThrowsAsync<ArgumentException>(() => Run<int>(() =>
        {
            calls++;
            throw new ArgumentException("wrong");
        }));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Run_GivesUpWithOneSentence_WhenTheClusterStaysSilent()
    {
        var failure = await Assert.ThrowsAsync<MetaTrainException>(() => Run<int>(() => throw new TimeoutException("late")));
        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.Equal(
            "The cluster did not answer within 30 s when asked to list its jobs: look with 'metatrain doctor' whether its silos are alive.",
            failure.Message);
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    [Fact]
    public async Task Run_GivesUpWithTheStoresOwnSentence_WhenTheStoreIsDown()
    {
        var failure = await Assert.ThrowsAsync<MetaTrainException>(() => Run<int>(() => throw new StoreUnavailableException("The store sleeps.")));
        Assert.Equal("The store sleeps.", failure.Message);
    }

    [Fact]
    public async Task Run_Stops_WhenCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var retry = new CallRetry(_time, TimeSpan.FromSeconds(30), _ => Task.CompletedTask);
        Task<int> run = retry.RunAsync<int>("wait", () => throw new TimeoutException("late"), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(4, 1600)]
    [InlineData(5, 2000)]
    [InlineData(1000, 2000)]
    public void Pause_GrowsToTwoSeconds_WithTheNumberOfFailures(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), CallRetry.PauseAfter(failures));

    [Fact]
    public void Transient_IsWhatPasses()
    {
        Assert.All(
            (Exception[])
            [
                new TimeoutException(), new SiloUnavailableException(), new StoreUnavailableException("down"),
                new OrleansException("no gateway"), new System.Net.Sockets.SocketException(),
                new MetaTrainException(FailureKind.Unreachable, "no cluster"),
            ],
            failure => Assert.True(TransientFailure.Is(failure), failure.GetType().Name));
        Assert.All(
            (Exception[])[new ArgumentException(), new InvalidOperationException(), new MetaTrainException(FailureKind.Unknown, "no job"), new InvalidDataException()],
            failure => Assert.False(TransientFailure.Is(failure), failure.GetType().Name));
    }

    private Task<T> Run<T>(Func<T> call)
    {
        var retry = new CallRetry(_time, TimeSpan.FromSeconds(30), _ =>
        {
            _refreshes++;
            return Task.CompletedTask;
        });
        return FakeCluster.RunAsync(
            _time, retry.RunAsync("list its jobs", () => FakeCoordinator.Answer(call), TestContext.Current.CancellationToken));
    }
}
