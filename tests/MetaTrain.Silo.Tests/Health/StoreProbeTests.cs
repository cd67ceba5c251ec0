using MetaTrain.Silo.Health;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Silo.Tests.Health;

public sealed class StoreProbeTests
{
    private readonly FakeTimeProvider _time = new();
    private int _pings;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fault_AsksOnce_WhileTheAnswerIsGood()
    {
        StoreProbe probe = new(_ => Task.FromResult<string?>($"{++_pings}"), _time);

        Assert.Equal("1", await probe.FaultAsync(Cancelled));
        Assert.Equal("1", await probe.FaultAsync(Cancelled));
        _time.Advance(StoreProbe.GoodFor);
        Assert.Equal("2", await probe.FaultAsync(Cancelled));
    }

    [Fact]
    public async Task Fault_SharesOnePing_HoweverLongItTakes()
    {
        TaskCompletionSource<string?> answer = new();
        StoreProbe probe = new(
            _ =>
            {
                _pings++;
                return answer.Task;
            },
            _time);

        Task<string?> first = probe.FaultAsync(Cancelled);
        _time.Advance(StoreProbe.GoodFor * 10);
        Task<string?> second = probe.FaultAsync(Cancelled);
        answer.SetResult(null);

        Assert.Null(await first);
        Assert.Null(await second);
        Assert.Equal(1, _pings);
    }

    [Fact]
    public async Task Fault_GivesUpWithItsCaller_AndThePingGoesOn()
    {
        TaskCompletionSource<string?> answer = new();
        StoreProbe probe = new(_ => answer.Task, _time);
        using CancellationTokenSource caller = new();

        Task<string?> asked = probe.FaultAsync(caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        answer.SetResult("slow");
        Assert.Equal("slow", await probe.FaultAsync(Cancelled));
    }
}
