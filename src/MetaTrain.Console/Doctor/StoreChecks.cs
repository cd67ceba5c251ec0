using System.Runtime.CompilerServices;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client;
using MetaTrain.Client.Connections;

namespace MetaTrain.Console.Doctor;

/// <summary>Whether the store answers and keeps what it is given.</summary>
internal static class StoreChecks
{
    public static async IAsyncEnumerable<Finding> RunAsync(StoreUri store, bool isEmbedded, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string>? facts = null;
        Finding? silent = null;
        try
        {
            facts = await StoreProbe.InspectAsync(store, cancellationToken);
        }
        catch (MetaTrainException failure)
        {
            silent = Finding.Bad("store", failure.Message, "Start it, or correct the address.");
        }

        if (facts is null)
        {
            yield return silent!;
            yield break;
        }

        if (isEmbedded)
        {
            yield return Finding.Good("store", $"the embedded store at {store} answers");
            yield break;
        }

        yield return Finding.Good("store", $"{store} answers (version {facts.GetValueOrDefault("redis_version", "unknown")})");
        foreach (Finding finding in JudgeDurability(facts))
        {
            yield return finding;
        }
    }

    internal static IEnumerable<Finding> JudgeDurability(IReadOnlyDictionary<string, string> facts)
    {
        yield return facts.GetValueOrDefault("maxmemory-policy") switch
        {
            "noeviction" => Finding.Good("store memory", "maxmemory-policy is noeviction"),
            null => Finding.Warning("store memory", "maxmemory-policy is not told", "Make sure that it is noeviction: any other policy drops checkpoints."),
            { } policy when policy.StartsWith("unknown", StringComparison.Ordinal) =>
                Finding.Warning("store memory", $"maxmemory-policy is {policy}", "Make sure that it is noeviction: any other policy drops checkpoints."),
            { } policy => Finding.Bad("store memory", $"maxmemory-policy is {policy}", "CONFIG SET maxmemory-policy noeviction, else full memory drops checkpoints."),
        };
        yield return (facts.GetValueOrDefault("appendonly") ?? (facts.GetValueOrDefault("aof_enabled") == "1" ? "yes" : null)) switch
        {
            "yes" => Finding.Good("store durability", "the append-only file is on"),
            "no" => Finding.Bad("store durability", "the append-only file is off", "CONFIG SET appendonly yes, else a restart of the store loses commits."),
            _ => Finding.Warning("store durability", "whether the append-only file is on is not told", "Make sure that it is, else a restart of the store loses commits."),
        };
    }
}
