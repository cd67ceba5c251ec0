using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MetaTrain.Silo.Processes;

/// <summary>The end of this process.</summary>
internal static class ProcessEnd
{
    /// <summary>
    /// Ends the process with a code, at once: on the way out libtorch would destroy what a thread that still computes reads (one that tries out
    /// a spec, or a device's in a silo that cannot leave), and the process would end by a signal instead.
    /// </summary>
    [DoesNotReturn]
    public static void With(int code)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        if (!OperatingSystem.IsWindows())
        {
            LeaveAtOnce(code);
        }

        Environment.Exit(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void LeaveAtOnce(int code);
}
