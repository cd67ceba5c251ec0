namespace MetaTrain.Silo.Hosting;

/// <summary>A process cannot start. The message is one sentence with the remedy; it is shown without a stack trace.</summary>
internal sealed class StartFailure(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
