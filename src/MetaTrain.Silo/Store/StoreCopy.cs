using StackExchange.Redis;

namespace MetaTrain.Silo.Store;

/// <summary>Copies every key of one server to another that is empty, whatever its type.</summary>
internal static class StoreCopy
{
    private const int Batch = 64;

    /// <summary>Copies, and counts both sides.</summary>
    /// <returns>How many keys there are.</returns>
    /// <exception cref="EmbeddedStoreException">The copy does not have what the original has.</exception>
    public static async Task<long> CopyAsync(IConnectionMultiplexer from, IConnectionMultiplexer to)
    {
        IDatabase source = from.GetDatabase();
        IDatabase target = to.GetDatabase();
        List<Task> pending = [];

        // A scan may name a key twice; writing it twice would double a list.
        HashSet<RedisKey> seen = [];
        await foreach (RedisKey key in from.GetServers()[0].KeysAsync(pageSize: 1_000))
        {
            if (seen.Add(key))
            {
                pending.Add(CopyAsync(source, target, key));
            }

            if (pending.Count == Batch)
            {
                await Task.WhenAll(pending);
                pending.Clear();
            }
        }

        await Task.WhenAll(pending);
        long expected = await from.GetServers()[0].DatabaseSizeAsync();
        long copied = await to.GetServers()[0].DatabaseSizeAsync();
        return expected == copied
            ? copied
            : throw new EmbeddedStoreException($"The store has {expected} keys and a copy of it has {copied}: the copy is given up, the store itself is untouched. Look for free space on the disk.");
    }

    private static async Task CopyAsync(IDatabase source, IDatabase target, RedisKey key)
    {
        RedisType type = await source.KeyTypeAsync(key);
        TimeSpan? expiry = await source.KeyTimeToLiveAsync(key);
        Task write = type switch
        {
            RedisType.String => target.StringSetAsync(key, await source.StringGetAsync(key)),
            RedisType.Hash => target.HashSetAsync(key, await source.HashGetAllAsync(key)),
            RedisType.Set => target.SetAddAsync(key, await source.SetMembersAsync(key)),
            RedisType.SortedSet => target.SortedSetAddAsync(key, await source.SortedSetRangeByRankWithScoresAsync(key)),
            RedisType.List => target.ListRightPushAsync(key, await source.ListRangeAsync(key)),
            RedisType.None => Task.CompletedTask,
            _ => throw new EmbeddedStoreException($"The store's key '{key}' is of the type {type}, which cannot be copied: remove it, then start the store again."),
        };
        await write;
        if (expiry is { } left)
        {
            await target.KeyExpireAsync(key, left);
        }
    }
}
