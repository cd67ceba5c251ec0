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

        try
        {
            return new DurabilityFinding(StoreKind.Redis, Judge(
                await SettingAsync("maxmemory-policy", cancellationToken).ConfigureAwait(false),
                await SettingAsync("appendonly", cancellationToken).ConfigureAwait(false)));
        }
        catch (Exception e) when ((e as RedisServerException ?? e.InnerException as RedisServerException) is { } refusal)
        {
            // Managed servers and restricted users have no CONFIG: that is no outage.
            return new DurabilityFinding(
                StoreKind.Redis,
                $"The store at {connection.Address} does not tell its settings ({refusal.Message}): see to it yourself that it has maxmemory-policy noeviction and appendonly yes.");
        }
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
        string? appendOnly = await SettingAsync("appendonly", cancellationToken).ConfigureAwait(false);
        string? wait = await SettingAsync("aof-commit-wait", cancellationToken).ConfigureAwait(false);
        return new DurabilityFinding(
            StoreKind.Garnet,
            (appendOnly, wait) is ("yes", "yes")
                ? null
                : $"The store at {connection.Address} is a Garnet that may lose acknowledged commits (appendonly {appendOnly}, aof-commit-wait {wait}): start it with --aof --aof-commit-wait --storage-tier.");
    }

    private Task<string?> SettingAsync(string name, CancellationToken cancellationToken) => connection.RunAsync(
        async database =>
        {
            RedisResult[] pair = (RedisResult[]?)await database.ExecuteAsync("CONFIG", "GET", name).ConfigureAwait(false) ?? [];
            return pair.Length < 2 ? null : (string?)pair[1];
        },
        cancellationToken);
}
