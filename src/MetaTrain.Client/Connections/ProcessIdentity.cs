using System.ComponentModel;
using System.Diagnostics;

namespace MetaTrain.Client.Connections;

/// <summary>Tells a process from a later one that was given the same number.</summary>
public static class ProcessIdentity
{
    // The operating system derives start times from its boot time, which moves when the clock is set.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>True when that process, started at that time, is alive.</summary>
    public static bool IsAlive(int processId, DateTimeOffset startedAt)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited && (process.StartTime.ToUniversalTime() - startedAt.UtcDateTime).Duration() <= Tolerance;
        }
        catch (Exception absent) when (absent is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (Win32Exception)
        {
            // It is there, and another user's: its start time is not ours to read.
            return true;
        }
    }
}
