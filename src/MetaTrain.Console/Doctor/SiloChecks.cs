using System.Diagnostics;
using System.Runtime.CompilerServices;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Doctor;

/// <summary>Whether the silo's program is there, and whether its libraries load on this machine.</summary>
internal static class SiloChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async IAsyncEnumerable<Finding> RunAsync(string? siloPath, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (SiloProgram? silo, Finding finding) = Find(siloPath);
        yield return finding;
        if (silo is not null)
        {
            yield return await CheckLibrariesAsync(silo, cancellationToken);
        }
    }

    private static (SiloProgram? Silo, Finding Finding) Find(string? siloPath)
    {
        try
        {
            SiloProgram silo = SiloLocator.Installed.Find(siloPath);
            return (silo, Finding.Good("silo", silo.Path));
        }
        catch (ConsoleFault fault)
        {
            return (null, Finding.Bad("silo", fault.Message, "Build the solution, or name the silo with --silo PATH."));
        }
    }

    /// <summary>The silo's own check: it loads what computes, and says in a line what it found.</summary>
    private static async Task<Finding> CheckLibrariesAsync(SiloProgram silo, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = silo.ToStartInfo(["check"]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return Judge(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return Finding.Bad("libraries", $"The silo's own check did not end within {Patience.TotalSeconds:0} s", "Look whether the machine is overloaded, and try again.");
        }
    }

    internal static Finding Judge(int exitCode, string output, string errors)
    {
        string said = LastLine(exitCode == 0 ? output : errors) ?? LastLine(output) ?? "";
        return exitCode == 0
            ? Finding.Good("libraries", said.Length > 0 ? said : "they load")
            : Finding.Bad(
                "libraries",
                said.Length > 0 ? said : $"The silo's own check ended with code {exitCode}",
                "Build again for this system; if it stays, run the silo with 'check' and read what it prints.");
    }

    private static string? LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
}
