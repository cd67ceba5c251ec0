using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Logging;

/// <summary>A logger without a host: for a process that must be light. Writes <see cref="LogLine"/>s.</summary>
internal sealed class LineLogger(string category, TimeProvider time, Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using StringWriter line = new();
        LogLine.Write(line, time.GetUtcNow(), logLevel, category, formatter(state, exception), exception);
        write(line.ToString().TrimEnd('\n'));
    }
}
