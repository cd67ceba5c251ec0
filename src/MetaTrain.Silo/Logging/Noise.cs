using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Logging;

/// <summary>
/// Warnings of libraries at start that say nothing to whoever runs a silo, each with the reason. Later the same words may mean
/// something, and nothing above a warning is noise.
/// </summary>
internal sealed class Noise(TimeProvider time)
{
    internal static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private static readonly (string Category, string Begin)[] Known =
    [
        // A silo is one of several processes on its machine: server GC would take a heap a core in each of them.
        ("Orleans.Runtime.Silo", "Note: "),

        // Counted from the boot of the machine until the first check has run.
        ("Orleans.Runtime.Watchdog", "Participant check thread has not completed for"),
    ];

    private readonly long _since = time.GetTimestamp();

    public bool Contains(LogLevel level, string category, string message) =>
        level <= LogLevel.Warning
        && Known.Any(known => category == known.Category && message.StartsWith(known.Begin, StringComparison.Ordinal))
        && time.GetElapsedTime(_since) < StartTime;
}
