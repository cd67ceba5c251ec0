using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Cluster.Tests.Simulation;

public sealed class MachineClockTests
{
    private const long Millisecond = SimulationSettings.Millisecond;

    private readonly EventLoop _loop = new();
    private readonly VirtualCpu _cpu;
    private readonly MachineClock _clock;

    public MachineClockTests()
    {
        _cpu = new VirtualCpu(_loop, new CostMeter(nanoseconds: 5 * Millisecond));
        _clock = new MachineClock(_loop, _cpu);
    }

    [Fact]
    public void Delay_GoesOnOnTheSameThreadAndInATurnOfItsOwn_WhenItIsOverDuringATurn()
    {
        (int Thread, long Time)? after = null;
        _cpu.Run(() => _ = WaitAsync());

        _loop.RunUntil(() => after is not null);

        // It is over after 2 ms; the turn that began it takes 5.
        Assert.Equal((Environment.CurrentManagedThreadId, 5 * Millisecond), after);

        async Task WaitAsync()
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), _clock, TestContext.Current.CancellationToken).ConfigureAwait(false);
            after = (Environment.CurrentManagedThreadId, _loop.Now);
        }
    }

    [Fact]
    public void Timer_RingsAtItsLastSetting_AndNotOnceItIsDisposed()
    {
        List<(string Name, long Time)> rung = [];
        using ITimer moved = Timer("moved", 1);
        moved.Change(TimeSpan.FromMilliseconds(3), Timeout.InfiniteTimeSpan);
        Timer("disposed", 2).Dispose();

        _loop.RunUntil(PastEverything());

        Assert.Equal([("moved", 3 * Millisecond)], rung);

        ITimer Timer(string name, int milliseconds) =>
            _clock.CreateTimer(_ => rung.Add((name, _loop.Now)), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Timer_IsRefused_WhenItIsToRingAgainAndAgain() =>
        Assert.Throws<NotSupportedException>(() => _clock.CreateTimer(static _ => { }, null, TimeSpan.Zero, TimeSpan.FromSeconds(1)));

    private Func<bool> PastEverything()
    {
        bool isPast = false;
        _loop.After(1_000 * Millisecond, () => isPast = true);
        return () => isPast;
    }
}
