using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Asks a store whether it keeps what it acknowledged: no eviction, and an append-only file.</summary>
public sealed class RedisDurability(RedisConnection connection)
{
    /// <summary>Checks the store.</summary>
    /// <exception cref="StoreUnavailableException">There is no store at the address.</exception>
    public async Task<DurabilityFinding> CheckAsync(CancellationToken cancellationToken)
    {
        string info = await connection.RunAsync(
            async database => (string?)await database.ExecuteAsync("INFO", "SERVER").ConfigureAwait(false) ?? "", cancellationToken).ConfigureAwait(false);
        if (info.Contains("garnet_version", StringComparison.OrdinalIgnoreCase))
        {
            return await CheckGarnetAsync(cancellationToken).ConfigureAwait(false);
        }

        string? policy;
        string? appendOnly;
        try
        {
            policy = await SettingAsync("maxmemory-policy", cancellationToken).ConfigureAwait(false);
            appendOnly = await SettingAsync("appendonly", cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException e)
        {
            return new DurabilityFinding(
                StoreKind.Redis,
                $"The store at {connection.Address} does not tell its settings ({e.Message}): see to it yourself that it has maxmemory-policy noeviction and appendonly yes.");
        }

        return new DurabilityFinding(StoreKind.Redis, Judge(policy, appendOnly));
    }

    private string? Judge(string? policy, string? appendOnly)
    {
        List<string> remedies = [];
        if (policy != "noeviction")
        {
            remedies.Add($"maxmemory-policy is '{policy}', so a full store would drop jobs and checkpoints: set it to noeviction");
        }

        if (appendOnly != "yes")
        {
            remedies.Add($"appendonly is '{appendOnly}', so a crash would lose acknowledged commits: set it to yes");
        }

        return remedies.Count == 0 ? null : $"The store at {connection.Address} may lose data: {string.Join("; ", remedies)}.";
    }

    private async Task<DurabilityFinding> CheckGarnetAsync(CancellationToken cancellationToken)
    {
        // Garnet's CONFIG knows little of this; what it says of its persistence is all there is.
        string persistence = await connection.RunAsync(
            async database => (string?)await database.ExecuteAsync("INFO", "PERSISTENCE").ConfigureAwait(false) ?? "", cancellationToken).ConfigureAwait(false);
        bool logged = persistence.Contains("CommittedUntilAddress", StringComparison.OrdinalIgnoreCase) || persistence.Contains("CurrentAddress", StringComparison.OrdinalIgnoreCase);
        return new DurabilityFinding(
            StoreKind.Garnet,
            logged ? null : $"The store at {connection.Address} is a Garnet without an append-only file, so a crash would lose acknowledged commits: start it with --aof --aof-commit-wait --storage-tier.");
    }

    private Task<string?> SettingAsync(string name, CancellationToken cancellationToken) => connection.RunAsync(
        async database =>
        {
            RedisResult[] pair = (RedisResult[]?)await database.ExecuteAsync("CONFIG", "GET", name).ConfigureAwait(false) ?? [];
            return pair.Length < 2 ? null : (string?)pair[1];
        },
        cancellationToken);
}
