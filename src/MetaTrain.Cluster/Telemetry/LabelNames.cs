using System.Collections.Concurrent;

namespace MetaTrain.Cluster.Telemetry;

/// <summary>
/// Keeps the label of jobs bounded: a time series stays in memory for as long as the process lives, and names come from users.
/// Names beyond the limit share one label.
/// </summary>
internal sealed class LabelNames(int limit)
{
    internal const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    internal string For(string name)
    {
        if (_names.TryGetValue(name, out string? known))
        {
            return known;
        }

        // Two racing callers may pass the limit by one each: it bounds memory, it is not an exact count.
        return _names.Count < limit ? _names.GetOrAdd(name, name) : Other;
    }
}
