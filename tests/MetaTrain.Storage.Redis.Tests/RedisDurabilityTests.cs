using MetaTrain.Abstractions.Storage;
using MetaTrain.Storage.Redis.Tests.Conformance;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis.Tests;

/// <summary>On a server of its own: the settings are changed.</summary>
public sealed class RedisDurabilityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_FindsNothing_WhenTheServerKeepsWhatItAcknowledged()
    {
        await using IStoreServer server = await StartAsync();
        await using var client = new StoreClient(server.Uri, "test");

        Assert.Equal(new DurabilityFinding(StoreKind.Redis, null), await client.Durability.CheckAsync(Cancellation));
    }

    [Fact]
    public async Task Check_SaysWhatToSet_WhenTheServerMayLoseData()
    {
        await using IStoreServer server = await StartAsync();
        await using var client = new StoreClient(server.Uri, "test");
        IDatabase database = (await client.ConnectAsync()).GetDatabase();
        await database.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        await database.ExecuteAsync("CONFIG", "SET", "appendonly", "no");

        string? warning = (await client.Durability.CheckAsync(Cancellation)).Warning;

        Assert.NotNull(warning);
        Assert.Contains("'allkeys-lru'", warning);
        Assert.Contains("set it to noeviction", warning);
        Assert.Contains("set it to yes", warning);
    }

    [Fact]
    public async Task Check_SaysThatItCannotLook_WhenTheUserMayNot()
    {
        await using IStoreServer server = await StartAsync();
        await using (var admin = new StoreClient(server.Uri, "test"))
        {
            await (await admin.ConnectAsync()).GetDatabase().ExecuteAsync("ACL", "SETUSER", "plain", "on", ">pw", "~*", "&*", "+@all", "-config");
        }

        await using var client = new StoreClient($"redis://plain:pw@127.0.0.1:{server.Port}", "test");

        Assert.Contains("does not tell its settings", (await client.Durability.CheckAsync(Cancellation)).Warning);
    }

    [Fact]
    public async Task Everything_SaysThatThePasswordIsWrong_WhenItIs()
    {
        await using IStoreServer server = await StartAsync();
        await using (var admin = new StoreClient(server.Uri, "test"))
        {
            await (await admin.ConnectAsync()).GetDatabase().ExecuteAsync("CONFIG", "SET", "requirepass", "right");
        }

        await using var right = new StoreClient($"redis://:right@127.0.0.1:{server.Port}", "test");
        await using var wrong = new StoreClient($"redis://:wrong@127.0.0.1:{server.Port}", "test");

        Assert.Equal(1, await right.Jobs.NextOrderAsync(Cancellation));
        StoreUnavailableException error = await Assert.ThrowsAsync<StoreUnavailableException>(() => wrong.Jobs.NextOrderAsync(Cancellation));
        Assert.Contains("refused user or password", error.Message);
    }

    private static Task<IStoreServer> StartAsync()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        return new RedisFixture().StartServerAsync(Cancellation);
    }
}
