using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.TestKit.Stores;

/// <summary>What every <see cref="IClusterRegistry"/> does.</summary>
public abstract class ClusterRegistryConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    [Fact]
    public async Task Announce_ReplacesTheCurrentCluster_AndOnlyItsOwnerWithdraws()
    {
        StoreClient client = Connect();
        Assert.Null(await client.Registry.CurrentClusterIdAsync(Cancellation));
        await client.Registry.AnnounceAsync("one", Cancellation);
        await client.Registry.AnnounceAsync("two", Cancellation);

        await client.Registry.WithdrawAsync("one", Cancellation);
        Assert.Equal("two", await Connect().Registry.CurrentClusterIdAsync(Cancellation));

        await client.Registry.WithdrawAsync("two", Cancellation);
        Assert.Null(await client.Registry.CurrentClusterIdAsync(Cancellation));
    }

    [Fact]
    public async Task Announce_IsReadAsAPlainString_ByAClientWithoutThisLibrary()
    {
        StoreClient client = Connect();
        await client.Registry.AnnounceAsync("one", Cancellation);

        RedisValue value = await (await client.ConnectAsync()).GetDatabase().StringGetAsync(ClusterIdentity.RegistryKey(Prefix));

        Assert.Equal("one", value.ToString());
    }
}
