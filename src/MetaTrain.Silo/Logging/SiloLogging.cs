using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MetaTrain.Silo.Logging;

/// <summary>What a silo logs, and how.</summary>
internal static class SiloLogging
{
    public static ILoggingBuilder AddSiloLogging(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddConsole(options => options.FormatterName = OneLineFormatter.FormatterName);
        logging.AddConsoleFormatter<OneLineFormatter, ConsoleFormatterOptions>();
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("MetaTrain", LogLevel.Information);
        return logging;
    }
}
