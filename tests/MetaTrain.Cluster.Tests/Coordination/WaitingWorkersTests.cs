using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class WaitingWorkersTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Turn_EndsAtAnExpiry_HoweverTheClockMovesMeanwhile()
    {
        // Moves at every look at it: just under a second, then just over one.
        SteppingClock clock = new(TimeSpan.Zero, Second - TimeSpan.FromTicks(1), Second, Second);
        WaitingWorkers waiting = new(clock);
        Task<bool> turn = waiting.WaitAsync(waiting.Begin());

        waiting.Expire();
        Assert.Equal(1, waiting.Count);
        waiting.Expire();

        Assert.Equal(0, waiting.Count);
        Assert.False(await turn.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Turn_GoesOn_WhenItIsWoken()
    {
        WaitingWorkers waiting = new(TimeProvider.System);
        Task<bool> turn = waiting.WaitAsync(waiting.Begin());

        waiting.Wake();

        Assert.True(await turn);
        Assert.Equal(0, waiting.Count);
    }

    private sealed class SteppingClock(params TimeSpan[] times) : TimeProvider
    {
        private int _looks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => times[Math.Min(_looks++, times.Length - 1)].Ticks;
    }
}
