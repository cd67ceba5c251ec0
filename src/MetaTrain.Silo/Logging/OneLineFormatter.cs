using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MetaTrain.Silo.Logging;

/// <summary>Writes console entries as <see cref="LogLine"/>s, without the noise.</summary>
internal sealed class OneLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "metatrain";

    private readonly Noise _noise = new(time);

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (!_noise.Contains(logEntry.LogLevel, logEntry.Category, message))
        {
            LogLine.Write(textWriter, time.GetUtcNow(), logEntry.LogLevel, logEntry.Category, message, logEntry.Exception);
        }
    }
}
