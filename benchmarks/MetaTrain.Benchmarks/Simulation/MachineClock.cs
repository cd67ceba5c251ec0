namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A machine's clock: it shows virtual time, and what its timers do is a turn of the machine's thread.</summary>
internal sealed class MachineClock(EventLoop loop, VirtualCpu cpu) : TimeProvider
{
    public override long TimestampFrequency => loop.TimestampFrequency;

    public override long GetTimestamp() => loop.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => loop.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(loop, cpu, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(EventLoop loop, VirtualCpu cpu, Action rings) : ITimer
    {
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException($"A timer is to ring every {period}: simulated ones ring once.");
            }

            int setting = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                loop.After((long)dueTime.TotalNanoseconds, () => Due(setting));
            }

            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        // It may be set anew or disposed before its time, and before its turn.
        private void Due(int setting)
        {
            if (setting == _setting)
            {
                cpu.Run(() =>
                {
                    if (setting == _setting)
                    {
                        rings();
                    }
                });
            }
        }
    }
}
