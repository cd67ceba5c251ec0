using System.ComponentModel;
using System.Diagnostics;

namespace MetaTrain.Silo.Processes;

/// <summary>A process and when it started: the number alone may be another process by now.</summary>
internal sealed record ProcessIdentity(string Name, int Id, DateTimeOffset StartedAt)
{
    // The system derives start times from its boot time, which moves when the clock is set.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    public static ProcessIdentity Of(string name, Process process) => new(name, process.Id, new DateTimeOffset(process.StartTime).ToUniversalTime());

    /// <summary>This process.</summary>
    public static ProcessIdentity Self(string name)
    {
        using Process self = Process.GetCurrentProcess();
        return Of(name, self);
    }

    /// <summary>The process, if it is alive and the same one; null else.</summary>
    public Process? Find()
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(Id);
            if (!process.HasExited && (new DateTimeOffset(process.StartTime) - StartedAt).Duration() <= Tolerance)
            {
                return process;
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // Gone, or another user's and so none of ours.
        }

        process?.Dispose();
        return null;
    }
}
