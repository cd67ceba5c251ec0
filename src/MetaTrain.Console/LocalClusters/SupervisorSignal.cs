using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Asks a supervisor that is not this console's child to end.</summary>
internal static class SupervisorSignal
{
    private const int Sigterm = 15;

    /// <summary>Asks for a drain where the system has signals, and ends the processes where it has none.</summary>
    public static void Terminate(int processId)
    {
        if (!OperatingSystem.IsWindows())
        {
            // A process that ended in between is what was wanted.
            _ = Kill(processId, Sigterm);
            return;
        }

        using var supervisor = Process.GetProcessById(processId);
        supervisor.Kill(entireProcessTree: true);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
