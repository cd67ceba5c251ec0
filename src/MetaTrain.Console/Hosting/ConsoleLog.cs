using Microsoft.Extensions.Logging;

namespace MetaTrain.Console.Hosting;

/// <summary>
/// A file for what people need not see: the connection's warnings and the details of errors.
/// It is made with the first entry, and begun anew when it has grown large.
/// </summary>
internal sealed class ConsoleLog(string dataDirectory, TimeProvider time) : ILoggerFactory
{
    private const long LargestFile = 4 * 1024 * 1024;
    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private bool _closed;

    /// <summary>Where it lies: beside the clusters' data, or in the temporary folder where that cannot be written.</summary>
    public string Path { get; private set; } = System.IO.Path.Combine(dataDirectory, "logs", "console.log");

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The console's log has one file.");

    /// <summary>Notes an error with its details.</summary>
    public void Write(Exception failure) => Write($"{failure}");

    /// <summary>Notes what lies behind an expected failure, if anything does: its sentence was shown already.</summary>
    public void WriteCause(Exception failure)
    {
        if (failure.InnerException is not null)
        {
            Write(failure);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _writer?.Dispose();
        }
    }

    private void Write(string text)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                (_writer ??= Open())?.WriteLine($"{time.GetUtcNow():O} [{Environment.ProcessId}] {text}");
            }
        }
    }

    private StreamWriter? Open()
    {
        foreach (string path in (string[])[Path, System.IO.Path.Combine(System.IO.Path.GetTempPath(), "metatrain-console.log")])
        {
            try
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                bool append = !File.Exists(path) || new FileInfo(path).Length < LargestFile;
                var stream = new FileStream(path, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
                Path = path;
                return new StreamWriter(stream) { AutoFlush = true };
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The next place; a console without any log still works.
            }
        }

        _closed = true;
        return null;
    }

    private sealed class CategoryLogger(ConsoleLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write($"{logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : Environment.NewLine + exception)}");
            }
        }
    }
}
