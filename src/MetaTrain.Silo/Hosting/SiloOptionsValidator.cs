using System.Text.RegularExpressions;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Silo.Hosting;

/// <summary>Checks what can be known without touching the machine, at the edge and once.</summary>
internal static partial class SiloOptionsValidator
{
    private const int MaxWorkers = 1024;

    /// <summary>One sentence a fault, with the remedy; empty when there is none.</summary>
    public static IEnumerable<string> Validate(SiloOptions options)
    {
        // Anything but a URI is a configuration string of the client library, which the store's own options check.
        if ((string.IsNullOrWhiteSpace(options.Store) || StoreUri.IsStoreUri(options.Store))
            && !StoreUri.TryParse(options.Store, out _, out string? problem))
        {
            yield return problem;
        }

        if (!Name().IsMatch(options.SiloName))
        {
            yield return $"--silo-name is '{options.SiloName}': use letters, digits, '.', '-' and '_' only, for it is part of the keys of its workers.";
        }

        if (options.ClusterId.Length == 0)
        {
            yield return "--cluster-id is empty: give the name that all silos of the cluster share.";
        }

        if (options.Workers is < 0 or > MaxWorkers)
        {
            yield return $"--workers is {options.Workers}: give 0 (a silo that only coordinates) to {MaxWorkers}, usually one for each core or GPU.";
        }

        // Whether the machine has it is asked at the start.
        if (!DeviceSelection.TryParse(options.Device, out _))
        {
            yield return $"--device is '{options.Device}': give {DeviceSelection.Forms}.";
        }

        foreach (ListeningPort port in options.ListeningPorts.Where(static port => !port.IsAllowed))
        {
            yield return $"{port.Option} is {port.Number}: give a port from 1 to {ushort.MaxValue}{(port.MayBeAny ? ", or 0 for any that is free" : "")}.";
        }

        foreach (IGrouping<int, string> same in options.ListeningPorts
            .GroupBy(static port => port.Number, static port => port.Option).Where(static group => group.Count() > 1))
        {
            yield return $"{string.Join(" and ", same)} are both {same.Key}: give each a port of its own.";
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Name();
}
