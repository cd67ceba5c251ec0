using System.Globalization;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Logging;

/// <summary>One entry, one line: UTC time, level, the last part of the category, the message, and what went wrong.</summary>
internal static class LogLine
{
    public static void Write(TextWriter writer, DateTimeOffset time, LogLevel level, string category, string message, Exception? exception)
    {
        writer.Write(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        writer.Write(Short(level));
        writer.Write(' ');
        writer.Write(category.AsSpan(category.LastIndexOf('.') + 1));
        writer.Write(": ");
        WriteFlat(writer, message);

        // A stack trace is for errors; some exceptions of Orleans carry one in their message, after the first line.
        if (exception is not null)
        {
            writer.Write(" | ");
            WriteFlat(writer, level >= LogLevel.Error ? exception.ToString() : $"{exception.GetType().Name}: {FirstLine(exception.Message)}");
        }

        writer.Write('\n');
    }

    private static string FirstLine(string text) => text.Split(['\r', '\n'], 2)[0];

    private static void WriteFlat(TextWriter writer, string text) => writer.Write(text.AsSpan().ContainsAny('\r', '\n')
        ? string.Join(" | ", text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        : text);

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical => "crit",
        _ => "none",
    };
}
