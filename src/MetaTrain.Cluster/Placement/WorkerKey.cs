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

    /// <summary>The silo's name and the slot.</summary>
    public static (string SiloName, int Slot) PlaceOf(string key)
    {
        int at = key.IndexOf('@');
        int slash = at < 0 ? -1 : key.LastIndexOf('/', at);
        return slash >= 0 && int.TryParse(key.AsSpan(slash + 1, at - slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            ? (key[..slash], slot)
            : throw new FormatException($"'{key}' is not the key of a worker: expected silo/slot@address.");
    }

    public static WorkerKey Parse(string key)
    {
        (string silo, int slot) = PlaceOf(key);
        return new WorkerKey(silo, slot, SiloAddress.FromParsableString(key[(key.IndexOf('@') + 1)..]));
    }
}
