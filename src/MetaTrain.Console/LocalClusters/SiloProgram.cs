using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MetaTrain.Console.LocalClusters;

/// <summary>The silo's program on this machine, and how to start it.</summary>
/// <param name="Path">Its assembly (.dll) or executable.</param>
internal sealed record SiloProgram(string Path)
{
    /// <summary>A process that runs the silo with the given arguments.</summary>
    public ProcessStartInfo ToStartInfo(IEnumerable<string> arguments)
    {
        bool isAssembly = Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? DotnetMuxer() : Path) { UseShellExecute = false };
        if (isAssembly)
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(Path);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>The folder of the .NET installation that runs this process.</summary>
    public static string DotnetRoot() =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The program <c>dotnet</c> of that installation: it need not be on the PATH.</summary>
    private static string DotnetMuxer()
    {
        string muxer = System.IO.Path.Combine(DotnetRoot(), OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(muxer) ? muxer : "dotnet";
    }
}
