namespace MetaTrain.Console.Hosting;

/// <summary>Ends a command with one sentence for a person and an exit code.</summary>
internal sealed class ConsoleFault(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
