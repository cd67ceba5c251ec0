using System.Diagnostics;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Workers;

/// <summary>The faults of <see cref="FaultOptions"/>.</summary>
internal static class FaultInjection
{
    /// <summary>Ends this process without a word, as the kernel would.</summary>
    public static void KillIfAsked(FaultOptions faults, Lease lease)
    {
        if (faults.KillIteration == lease.Round.Number && lease.Round.Kind == RoundKind.Training && faults.KillBlock == lease.Block)
        {
            Process.GetCurrentProcess().Kill();
        }
    }

    /// <summary>How long to hold a result back: a function of who computed what, spread evenly up to the maximum.</summary>
    public static TimeSpan Delay(FaultOptions faults, string worker, Lease lease)
    {
        if (faults.MaxDelayMilliseconds <= 0)
        {
            return TimeSpan.Zero;
        }

        ulong spread = (ulong)string.GetHashCode(worker, StringComparison.Ordinal) ^ ((ulong)lease.Round.Number * 0x9E3779B97F4A7C15UL) ^ ((ulong)lease.Block << 17);
        spread *= 0xBF58476D1CE4E5B9UL;
        return TimeSpan.FromMilliseconds((spread >> 33) % (ulong)(faults.MaxDelayMilliseconds + 1));
    }
}
