using MetaTrain.Abstractions.Storage;
using MetaTrain.Silo.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Silo.Tests.Hosting;

public sealed class StoreWaitTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UntilReachable_ConnectsAtOnce_WhenTheStoreAnswers()
    {
        int connects = 0;

        await Wait(() => true, () => connects++);

        Assert.Equal(1, connects);
    }

    [Fact]
    public async Task UntilReachable_DoesNotConnect_WhileNothingListens()
    {
        int looks = 0;
        int connects = 0;

        await Wait(() => ++looks == 4, () => connects++);

        Assert.Equal((4, 1), (looks, connects));
    }

    [Fact]
    public async Task UntilReachable_TriesAgain_WhenTheStoreIsNotReadyYet()
    {
        int connects = 0;

        await Wait(() => true, () => _ = ++connects < 3 ? throw new StoreUnavailableException("loading") : 0);

        Assert.Equal(3, connects);
    }

    [Fact]
    public async Task UntilReachable_NamesTheStore_WhenNothingEverListens()
    {
        StartFailure failure = await Assert.ThrowsAsync<StartFailure>(() => Wait(() => false, () => { }));

        Assert.Contains("redis://somewhere:1", failure.Message);
        Assert.Equal(ExitCode.StoreUnreachable, failure.ExitCode);
    }

    [Fact]
    public async Task UntilReachable_SaysWhatTheStoreSaid_WhenItNeverServes()
    {
        StartFailure failure = await Assert.ThrowsAsync<StartFailure>(
            () => Wait(() => true, () => throw new StoreUnavailableException("The store refused the password.")));

        Assert.Equal("The store refused the password.", failure.Message);
        Assert.IsType<StoreUnavailableException>(failure.InnerException);
    }

    [Fact]
    public async Task Listens_IsFalse_WhenNobodyDoes()
    {
        int port = TestKit.Processes.FreePort.Take();

        Assert.False(await StoreWait.ListensAsync($"redis://127.0.0.1:{port}", Cancelled));
        Assert.True(await StoreWait.ListensAsync("host:1,ssl=true", Cancelled));
    }

    // Each pause passes as soon as it is asked for.
    private async Task Wait(Func<bool> listens, Action connect)
    {
        _time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(10);
        StoreWait wait = new("redis://somewhere:1", _time);
        Task waiting = wait.UntilReachableAsync(
            _ => Task.FromResult(listens()),
            _ =>
            {
                connect();
                return Task.CompletedTask;
            },
            TimeSpan.FromSeconds(1),
            Cancelled);
        while (!waiting.IsCompleted)
        {
            _time.Advance(StoreWait.Pause);
            await Task.Yield();
        }

        await waiting;
    }
}
