using System.Globalization;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Placement;

/// <summary>
/// The key of a worker grain: "silo/slot@address". The address holds the silo's generation, so that a restarted silo's worker is a new one.
/// </summary>
internal readonly record struct WorkerKey(string SiloName, int Slot, SiloAddress Silo)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{SiloName}/{Slot}@{Silo.ToParsableString()}");

    /// <summary>The part for people: "silo/slot".</summary>
    public static string DisplayName(string key) => key.IndexOf('@') is var at and >= 0 ? key[..at] : key;

    public static WorkerKey Parse(string key)
    {
        int at = key.IndexOf('@');
        int slash = at < 0 ? -1 : key.LastIndexOf('/', at);
        if (slash < 0 || !int.TryParse(key.AsSpan(slash + 1, at - slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int slot))
        {
            throw new FormatException($"'{key}' is not the key of a worker: expected silo/slot@address.");
        }

        return new WorkerKey(key[..slash], slot, SiloAddress.FromParsableString(key[(at + 1)..]));
    }
}
