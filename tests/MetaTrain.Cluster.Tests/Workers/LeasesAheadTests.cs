using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Workers;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Workers;

/// <summary>The exchange's second blocks, against a coordinator that this test plays: it answers each call by hand.</summary>
public sealed class LeasesAheadTests
{
    private readonly PlayedCoordinator _coordinator = new();
    private readonly JobExchange _exchange;

    public LeasesAheadTests() => _exchange = new JobExchange(_coordinator.CallAsync, static _ => Task.CompletedTask, "class", new FakeTimeProvider());

    [Fact]
    public async Task Turn_HasTheNextBlockAtOnce_AndAsksForTheOneAfter()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));

        Task<Turn> turn = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));

        Assert.True(turn.IsCompleted);
        Assert.Equal(1, (await turn).Lease!.Block);
        ExchangeRequest request = _coordinator.Next().Request;
        Assert.Empty(request.Workers);
        Assert.Equal(["a"], request.Ahead);
    }

    [Fact]
    public async Task Result_LeavesBeforeTheNextBlockIsOut_AndWaitsForNone()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));

        Assert.Equal(new TreeNode(0, 0), Assert.Single(_coordinator.Next().Request.Results).Node);
    }

    [Fact]
    public async Task Turn_TakesWhatTheCallUnderWayBrings()
    {
        (Lease second, TaskCompletionSource<ExchangeReply> asked) = await BeginWithTheNextAsync();

        Task<Turn> turn = _exchange.TurnAsync("a", PlayedCoordinator.Result(second));
        Assert.Empty(_coordinator.Next().Request.Workers);
        Assert.False(turn.IsCompleted);
        asked.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave, Ahead = [LeaseOf(2)] });

        Assert.Equal(2, (await turn).Lease!.Block);

        // Who got it so wants the one after it too.
        Assert.Equal(["a"], _coordinator.Next().Request.Ahead);
    }

    [Fact]
    public async Task Turn_Asks_WhenTheCallUnderWayBringsNothing()
    {
        (Lease second, TaskCompletionSource<ExchangeReply> asked) = await BeginWithTheNextAsync();
        Task<Turn> turn = _exchange.TurnAsync("a", PlayedCoordinator.Result(second));
        Assert.Single(_coordinator.Next().Request.Results);

        asked.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });

        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["a"], request.Workers);
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Wait });
        Assert.Equal(ExchangeOutcome.Wait, (await turn).Outcome);
    }

    [Fact]
    public async Task Turn_Asks_WhenTheCallUnderWayFails()
    {
        (Lease second, TaskCompletionSource<ExchangeReply> asked) = await BeginWithTheNextAsync();
        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(second));
        Assert.Single(_coordinator.Next().Request.Results);

        asked.SetException(new TimeoutException("gone"));

        Assert.Equal(["a"], _coordinator.Next().Request.Workers);
    }

    [Fact]
    public async Task Turn_AsksForItselfOnly_WhenNoBlockIsLeft()
    {
        Lease first = await BeginAsync(ahead: null, isExhausted: true);

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));

        ExchangeRequest request = _coordinator.Next().Request;
        Assert.Equal(["a"], request.Workers);
        Assert.Equal(["a"], request.Ahead);
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.Zero));
    }

    [Fact]
    public async Task Turn_WaitsForAnotherWorkersNextBlock_WhenNoneIsLeft()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));
        Task<Turn> other = _exchange.TurnAsync("b", null);
        _coordinator.Next().Reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Lease, Leases = [LeaseOf(2)], IsExhausted = true });
        Lease third = (await other).Lease!;
        _ = _exchange.TurnAsync("b", PlayedCoordinator.Result(third));
        Assert.Empty(_coordinator.Next().Request.Workers);

        Lease second = (await _exchange.TurnAsync("a", PlayedCoordinator.Result(first))).Lease!;
        while (_coordinator.Calls.TryTake(out (ExchangeRequest Request, TaskCompletionSource<ExchangeReply> Reply) call, TimeSpan.Zero))
        {
            Assert.Empty(call.Request.Workers);
            call.Reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        }

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(second));
        ExchangeRequest request;
        do
        {
            request = _coordinator.Next().Request;
        }
        while (request.Workers.IsEmpty);

        Assert.Equal(["b", "a"], request.Workers);
    }

    [Fact]
    public async Task Turn_HasABlock_WhenTheCallThatAskedForItBringsItAsTheNextOne()
    {
        Task<Turn> one = _exchange.TurnAsync("a", null);
        (_, TaskCompletionSource<ExchangeReply> first) = _coordinator.Next();
        Task<Turn> two = _exchange.TurnAsync("b", null);
        Task<Turn> three = _exchange.TurnAsync("c", null);
        first.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Wait });
        Assert.Equal(ExchangeOutcome.Wait, (await one).Outcome);
        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["b", "c"], request.Workers);

        // The coordinator could not note the second lease, and could a moment later.
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Lease, Leases = [LeaseOf(0)], Ahead = [LeaseOf(1), LeaseOf(2)] });

        Assert.Equal(0, (await two).Lease!.Block);
        Assert.Equal(2, (await three).Lease!.Block);
    }

    [Fact]
    public async Task Leave_GivesTheNextBlockBack()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));

        Task left = _exchange.LeaveAsync("a", PlayedCoordinator.Result(first));

        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(new ReturnedLease(LeaseOf(1), "a"), Assert.Single(request.Returned));
        Assert.Equal(0, Assert.Single(request.Results).Node.Index);
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        await left;
        Assert.True(_exchange.IsIdle);
    }

    [Fact]
    public async Task Leave_IsNoCall_WhenThereIsNothingToSay()
    {
        Lease first = await BeginAsync(ahead: null);
        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        _coordinator.Next().Reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });

        await _exchange.LeaveAsync("a", null);

        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.Zero));
    }

    [Fact]
    public async Task Block_GoesBack_WhenItComesForAWorkerThatHasLeft()
    {
        (Lease second, TaskCompletionSource<ExchangeReply> asked) = await BeginWithTheNextAsync();
        _ = _exchange.LeaveAsync("a", PlayedCoordinator.Result(second));
        _coordinator.Next().Reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });

        asked.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave, Ahead = [LeaseOf(2)] });

        Assert.Equal(new ReturnedLease(LeaseOf(2), "a"), Assert.Single(_coordinator.Next().Request.Returned));
    }

    [Fact]
    public async Task Block_GoesBackWithTheNextCall_WhenTheFirstFailed()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));
        Task left = _exchange.LeaveAsync("a", PlayedCoordinator.Result(first));
        _coordinator.Next().Reply.SetException(new TimeoutException("gone"));
        await Assert.ThrowsAsync<TimeoutException>(() => left);

        _ = _exchange.TurnAsync("b", null);

        ExchangeRequest request = _coordinator.Next().Request;
        Assert.Equal(1, Assert.Single(request.Returned).Lease.Block);
        Assert.Single(request.Results);
    }

    // Worker a has block 1, which it knew, and a call asks for the one after it.
    private async Task<(Lease Second, TaskCompletionSource<ExchangeReply> Asked)> BeginWithTheNextAsync()
    {
        Lease first = await BeginAsync(ahead: LeaseOf(1));
        Lease second = (await _exchange.TurnAsync("a", PlayedCoordinator.Result(first))).Lease!;
        return (second, _coordinator.Next().Reply);
    }

    // Worker a has block 0, and perhaps knows its next one.
    private async Task<Lease> BeginAsync(Lease? ahead, bool isExhausted = false)
    {
        Task<Turn> turn = _exchange.TurnAsync("a", null);
        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["a"], request.Ahead);
        reply.SetResult(new ExchangeReply
        {
            Outcome = ExchangeOutcome.Lease,
            Leases = [LeaseOf(0)],
            Ahead = ahead is null ? [] : [ahead],
            IsExhausted = isExhausted,
        });
        return (await turn).Lease!;
    }

    private static Lease LeaseOf(int block) => PlayedCoordinator.LeaseOf(block, blocks: 8);
}
