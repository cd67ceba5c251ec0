using System.Text.Json;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>Runs the console as a user does: a process of its own, arguments in, exit code and text out.</summary>
internal static class Metatrain
{
    private static readonly string Program = Path.Combine(SourceTree.OutputOf("src/MetaTrain.Console"), "metatrain.dll");

    // A shell starts what it puts in the background with Ctrl-C ignored, and children inherit that: a user's console has not.
    public static ChildProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        OperatingSystem.IsLinux()
            ? ChildProcess.Start("env", ["--default-signal=INT", "dotnet", Program, .. arguments], environment: environment)
            : ChildProcess.StartDotnet([Program, .. arguments], environment: environment);

    public static async Task<CliResult> RunAsync(
        IEnumerable<string> arguments, TimeSpan? deadline = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using ChildProcess process = Start(arguments, environment);
        int code = await process.WaitForExitAsync(deadline ?? TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return new CliResult(string.Join(' ', arguments), code, process.Output.ToString(), process.Errors.ToString());
    }

    /// <summary>Runs a command that must succeed and prints one JSON document.</summary>
    public static async Task<JsonElement> JsonAsync(
        IEnumerable<string> arguments, TimeSpan? deadline = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        CliResult result = await RunAsync([.. arguments, "--json"], deadline, environment);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Json;
    }
}

internal sealed record CliResult(string Command, int ExitCode, string Output, string Errors)
{
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    public override string ToString() => $"metatrain {Command}\nexit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Errors}";
}
