using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;
using MetaTrain.TestKit.Processes;
using StackExchange.Redis;

namespace MetaTrain.Client.Tests.Connections;

public sealed class ClusterConnectionTests
{
    private static readonly ClientOptions Impatient = new() { ConnectTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task Connect_SaysThatNoClusterIsThere_WhenTheStoreKnowsNone()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(TestContext.Current.CancellationToken);
        MetaTrainException failure = await FailAsync(redis.Uri);
        Assert.StartsWith($"The store {redis.Uri} answers, but no cluster has announced itself there", failure.Message);
    }

    [Fact]
    public async Task Connect_SaysThatNoSiloAnswers_WhenTheClusterIsDead()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(TestContext.Current.CancellationToken);
        await AnnounceAsync(redis, "dead-cluster");
        MetaTrainException failure = await FailAsync(redis.Uri);
        Assert.StartsWith($"The store {redis.Uri} names the cluster 'dead-cluster', but none of its silos answered within 2 s", failure.Message);
    }

    [Fact]
    public async Task Connect_Stops_WhenCancelled()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(TestContext.Current.CancellationToken);
        await AnnounceAsync(redis, "dead-cluster");
        using var leave = new CancellationTokenSource();
        Task connecting = MetaTrainClient.ConnectAsync(ClusterAddress.Parse(redis.Uri), new ClientOptions(), leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task Inspect_TellsTheSettingsThatMatter()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(TestContext.Current.CancellationToken);
        IReadOnlyDictionary<string, string> facts = await StoreProbe.InspectAsync(StoreUri.Parse(redis.Uri), TestContext.Current.CancellationToken);
        Assert.Equal(("noeviction", "yes"), (facts["maxmemory-policy"], facts["appendonly"]));
        Assert.NotEmpty(facts["redis_version"]);
    }

    private static async Task AnnounceAsync(RedisServerProcess redis, string clusterId)
    {
        await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        await connection.GetDatabase().StringSetAsync(ClusterIdentity.RegistryKey(ClusterIdentity.DefaultPrefix), clusterId);
    }

    private static async Task<MetaTrainException> FailAsync(string address)
    {
        var failure = await Assert.ThrowsAsync<MetaTrainException>(
            () => MetaTrainClient.ConnectAsync(ClusterAddress.Parse(address), Impatient, TestContext.Current.CancellationToken));
        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        return failure;
    }
}
