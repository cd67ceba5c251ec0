using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Workers;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Workers;

/// <summary>The exchange against a coordinator that this test plays: it answers each call by hand.</summary>
public sealed class JobExchangeTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PlayedCoordinator _coordinator = new();
    private readonly List<ParameterSnapshot> _learned = [];
    private readonly JobExchange _exchange;
    private Task _learning = Task.CompletedTask;

    public JobExchangeTests() => _exchange = new JobExchange(_coordinator.CallAsync, LearnAsync, "class", _time);

    [Fact]
    public async Task Turns_AreOneCall_WhenTheSilosLastBlockOfTheRoundIsDone()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: true);

        Task<Turn> one = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.Zero));
        Task<Turn> two = _exchange.TurnAsync("b", PlayedCoordinator.Result(second));

        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["a", "b"], request.Workers);
        Assert.Equal(new TreeNode(1, 0), Assert.Single(request.Results).Node);
        Assert.Equal((1, 0), (request.KnownEpoch, request.KnownVersion));
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        Assert.Equal(new Turn(ExchangeOutcome.Leave, null), await one);
        Assert.Equal(new Turn(ExchangeOutcome.Leave, null), await two);
        Assert.True(_exchange.IsIdle);
    }

    [Fact]
    public async Task Turns_AreOneCall_HoweverTheWorkersThreadsInterleave()
    {
        const int Rounds = 20_000;
        string[] workers = ["a", "b", "c", "d"];
        List<string> calls = [];
        TaskCompletionSource<ExchangeReply> first = new();
        JobExchange exchange = new(AnswerAsync, LearnAsync, "class", new StoppedClock());
        List<Task<Turn>> begun = [.. workers.Select(worker => exchange.TurnAsync(worker, null))];
        first.SetResult(Leases(0, from: 0, count: 1));

        await Task.WhenAll(workers.Zip(begun, (worker, turn) => Task.Factory.StartNew(
            () => Work(worker, turn), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(["1 workers, 0 results", "3 workers, 0 results"], calls.Take(2));
        Assert.Equal(["4 workers, 1 results"], calls.Skip(2).Distinct());
        Assert.Equal(Rounds + 2, calls.Count);

        void Work(string worker, Task<Turn> turn)
        {
            while (turn.WaitOnDevice().Lease is { } lease)
            {
                turn = exchange.TurnAsync(worker, PlayedCoordinator.Result(lease));
            }
        }

        Task<ExchangeReply> AnswerAsync(ExchangeRequest request)
        {
            calls.Add($"{request.Workers.Length} workers, {request.Results.Length} results");
            return calls.Count == 1 ? first.Task : Task.FromResult(
                calls.Count == 2 ? Leases(0, from: 1, count: 3)
                : calls.Count < Rounds + 2 ? Leases(calls.Count, from: 0, request.Workers.Length)
                : new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        }

        ExchangeReply Leases(int round, int from, int count) => new()
        {
            Outcome = ExchangeOutcome.Lease,
            Leases = [.. Enumerable.Range(from, count).Select(block => LeaseOf(block) with { Round = new RoundId(RoundKind.Training, round), Blocks = workers.Length })],
            IsExhausted = true,
        };
    }

    [Fact]
    public async Task Turn_AsksAloneAndSendsWhatIsHeld_WhenTheSilosOtherBlockTakesTooLong()
    {
        (Lease first, _) = await TwoLeasesAsync(exhausted: true);

        Task<Turn> one = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        _time.Advance(JobExchange.LeastPatience);

        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["a"], request.Workers);
        Assert.Equal(new TreeNode(0, 0), Assert.Single(request.Results).Node);
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Wait });
        Assert.Equal(ExchangeOutcome.Wait, (await one).Outcome);
    }

    [Fact]
    public async Task Turn_WaitsForTheOtherBlockAboutAsLongAsABlockTakes()
    {
        (Lease first, _) = await TwoLeasesAsync(exhausted: true);
        _time.Advance(TimeSpan.FromSeconds(1));

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        _time.Advance(TimeSpan.FromSeconds(0.49));
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.FromMilliseconds(50)));

        _time.Advance(TimeSpan.FromSeconds(0.01));
        Assert.Equal(["a"], _coordinator.Next().Request.Workers);
    }

    [Fact]
    public async Task Turn_WaitsForTheOtherBlockAnew_WhenTheLastRoundsWaitIsNotOver()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: true);
        _time.Advance(TimeSpan.FromSeconds(1));
        Task<Turn> one = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        _ = _exchange.TurnAsync("b", PlayedCoordinator.Result(second));
        RoundId next = new(RoundKind.Training, 1);
        _coordinator.Next().Reply.SetResult(new ExchangeReply
        {
            Outcome = ExchangeOutcome.Lease,
            Leases = [LeaseOf(0) with { Round = next }, LeaseOf(1) with { Round = next }],
            IsExhausted = true,
        });
        Lease again = (await one).Lease!;

        _time.Advance(TimeSpan.FromSeconds(0.4));
        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(again));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.FromMilliseconds(50)));

        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(["a"], _coordinator.Next().Request.Workers);
    }

    [Fact]
    public async Task Turn_DeliversAtOnceAndAsksNext_WhileAnotherWorkerOfTheSiloAsks()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: false);
        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        (_, TaskCompletionSource<ExchangeReply> asking) = _coordinator.Next();

        _ = _exchange.TurnAsync("b", PlayedCoordinator.Result(second));

        (ExchangeRequest delivery, TaskCompletionSource<ExchangeReply> delivered) = _coordinator.Next();
        Assert.Empty(delivery.Workers);
        Assert.Single(delivery.Results);
        delivered.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.FromMilliseconds(50)));
        asking.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Wait });
        Assert.Equal(["b"], _coordinator.Next().Request.Workers);
    }

    [Fact]
    public async Task Turn_IsNotOfferedAgainWithoutAPause_WhenTheCallFailed()
    {
        (Task<Turn> failing, TaskCompletionSource<ExchangeReply> call) = await ResultUnderWayAsync();
        Task<Turn> other = _exchange.TurnAsync("b", null);

        call.SetException(new TimeoutException("gone"));
        (ExchangeRequest next, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["b"], next.Workers);
        Assert.Single(next.Results);
        reply.SetException(new TimeoutException("still gone"));

        await Assert.ThrowsAsync<TimeoutException>(() => failing);
        await Assert.ThrowsAsync<TimeoutException>(() => other);
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task Turn_AsksAtOnce_WhileTheRoundHasFreeBlocks()
    {
        (Lease first, _) = await TwoLeasesAsync(exhausted: false);

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));

        Assert.Equal(["a"], _coordinator.Next().Request.Workers);
    }

    [Fact]
    public async Task Turn_OffersItsResultAgain_WhenTheCallFailed()
    {
        (Task<Turn> failing, TaskCompletionSource<ExchangeReply> call) = await ResultUnderWayAsync();
        call.SetException(new TimeoutException("gone"));
        await Assert.ThrowsAsync<TimeoutException>(() => failing);

        _ = _exchange.TurnAsync("a", null);

        Assert.Equal(new TreeNode(0, 0), Assert.Single(_coordinator.Next().Request.Results).Node);
    }

    [Fact]
    public async Task Turn_DeliversWhatEndsTheJobByItself()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: true);

        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first) with { Failure = "it broke" });

        ExchangeRequest request = _coordinator.Next().Request;
        Assert.Equal("it broke", Assert.Single(request.Results).Failure);
        Assert.Equal(1, second.Block);
    }

    [Fact]
    public async Task Turn_GivesALeaseWhenItsParametersAreHere()
    {
        TaskCompletionSource fetched = new();
        _learning = fetched.Task;
        Task<Turn> turn = _exchange.TurnAsync("a", null);
        ParameterSnapshot parameters = new() { Epoch = 1, Version = 0, Values = new FloatVector([1, 2]) };
        _coordinator.Next().Reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Lease, Leases = [LeaseOf(0)], Parameters = parameters });
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(turn.IsCompleted);

        fetched.SetResult();

        Assert.Equal(0, (await turn).Lease!.Block);
    }

    [Fact]
    public async Task Leave_TakesAlongWhatWaits()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: true);
        _ = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));

        Task delivered = _exchange.LeaveAsync("b", PlayedCoordinator.Result(second));

        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Empty(request.Workers);
        Assert.Equal(2, Assert.Single(request.Results).Count);
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Leave });
        await delivered;
    }

    [Fact]
    public async Task Turn_TellsTheParametersThatCameWithALease()
    {
        await TwoLeasesAsync(exhausted: true);

        Assert.Equal(0, Assert.Single(_learned).Version);
    }

    private async Task<(Lease First, Lease Second)> TwoLeasesAsync(bool exhausted)
    {
        Task<Turn> one = _exchange.TurnAsync("a", null);
        (ExchangeRequest request, TaskCompletionSource<ExchangeReply> reply) = _coordinator.Next();
        Assert.Equal(["a"], request.Workers);
        Task<Turn> two = _exchange.TurnAsync("b", null);
        Assert.False(_coordinator.Calls.TryTake(out _, TimeSpan.Zero));
        ParameterSnapshot parameters = new() { Epoch = 1, Version = 0, Values = new FloatVector([1, 2]) };
        reply.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Lease, Leases = [LeaseOf(0)], Parameters = parameters });
        Lease first = (await one).Lease!;
        (ExchangeRequest later, TaskCompletionSource<ExchangeReply> other) = _coordinator.Next();
        Assert.Equal(["b"], later.Workers);
        Assert.Equal((1, 0), (later.KnownEpoch, later.KnownVersion));
        other.SetResult(new ExchangeReply { Outcome = ExchangeOutcome.Lease, Leases = [LeaseOf(1)], IsExhausted = exhausted });
        return (first, (await two).Lease!);
    }

    // The turn of the one worker that has a block: its result is on the way.
    private async Task<(Task<Turn> Turn, TaskCompletionSource<ExchangeReply> Call)> ResultUnderWayAsync()
    {
        (Lease first, Lease second) = await TwoLeasesAsync(exhausted: false);
        _exchange.Release(second);
        Task<Turn> turn = _exchange.TurnAsync("a", PlayedCoordinator.Result(first));
        return (turn, _coordinator.Next().Reply);
    }

    private static Lease LeaseOf(int block) => PlayedCoordinator.LeaseOf(block, blocks: 2);

    private Task LearnAsync(ParameterSnapshot parameters)
    {
        _learned.Add(parameters);
        return _learning;
    }

    // Nobody's patience ends, and nothing keeps the timers of 20,000 rounds.
    private sealed class StoppedClock : TimeProvider, ITimer
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
