using System.Runtime.InteropServices;

namespace MetaTrain.Silo.Processes;

/// <summary>Sessions of Unix: Ctrl-C and the end of a terminal reach the processes of its session only.</summary>
internal static partial class Session
{
    /// <summary>
    /// Leaves the session of whoever started this process. Nothing happens for the leader of a process group: a program that a
    /// shell has started is meant to be ended from there.
    /// </summary>
    public static void Leave()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetSid();
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSid();
}
