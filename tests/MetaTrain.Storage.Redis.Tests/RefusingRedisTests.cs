using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Storage.Redis.Tests;

/// <summary>A server that lives and refuses to write: whoever commits must take it for an outage, which passes, and not for a mistake.</summary>
public sealed class RefusingRedisTests
{
    private static readonly JobId Job = new("a");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_IsAnOutage_WhileTheServerIsFull_AndSucceedsAfterwards()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using IStoreServer server = await RedisStoreServer.StartAsync(Cancellation);
        await using var client = new StoreClient(server.Uri, "test");
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);

        await SetMemoryAsync(client, "1");
        StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => CommitAsync(client, epoch));
        await SetMemoryAsync(client, "0");
        CheckpointManifest? committed = await CommitAsync(client, epoch);

        Assert.Contains(server.Uri, refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, committed?.Iteration);
    }

    private static async Task SetMemoryAsync(StoreClient client, string bytes) =>
        await (await client.ConnectAsync()).GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory", bytes);

    private static Task<CheckpointManifest?> CommitAsync(StoreClient client, long epoch) => client.Checkpoints.CommitAsync(
        new CheckpointContent
        {
            Job = Job,
            Iteration = 1,
            Safetensors = new byte[4_000],
            ParametersSha256 = "parameters",
            ProgressJson = "{}",
            Best = [],
            Time = DateTimeOffset.UnixEpoch,
        },
        epoch,
        new CheckpointRetention(1, 0),
        Cancellation);
}
