using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
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

        string key = string.Create(CultureInfo.InvariantCulture, $"{worker} {lease.Round} {lease.Block}");
        ulong spread = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()));
        return TimeSpan.FromMilliseconds(spread % (ulong)(faults.MaxDelayMilliseconds + 1));
    }
}
