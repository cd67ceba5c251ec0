using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>The running cluster's id as one plain string, which a client may read without this library.</summary>
internal sealed class RedisClusterRegistry(RedisConnection connection) : IClusterRegistry
{
    private const string DeleteIfEqual = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private readonly RedisKeys _keys = new(connection.Prefix);

    public async Task<string?> CurrentClusterIdAsync(CancellationToken cancellationToken)
    {
        RedisValue id = await connection.RunAsync(database => database.StringGetAsync(_keys.Cluster), cancellationToken).ConfigureAwait(false);
        return id.IsNull ? null : id.ToString();
    }

    public Task AnnounceAsync(string clusterId, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.StringSetAsync(_keys.Cluster, clusterId), cancellationToken);

    public Task WithdrawAsync(string clusterId, CancellationToken cancellationToken) =>
        connection.EvaluateAsync(DeleteIfEqual, [_keys.Cluster], [clusterId], cancellationToken);
}
