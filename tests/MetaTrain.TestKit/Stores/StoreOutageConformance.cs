using System.Diagnostics;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.TestKit.Stores;

/// <summary>A store that is not there, dies, freezes, and comes back.</summary>
public abstract class StoreOutageConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    private static readonly JobId Job = new("a");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    // Generous: the machine may be busy. Without a time-out of its own the client would wait for ever.
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Everything_NamesTheAddressWithoutItsPassword_WhenNoStoreIsThere()
    {
        int port = FreePort.Take();
        StoreClient client = Connect($"redis://someone:secret@127.0.0.1:{port}", Timeout);
        Func<Task>[] calls =
        [
            () => client.Jobs.NextOrderAsync(Cancellation),
            () => client.Jobs.TryCreateAsync(Record("a"), Cancellation),
            () => client.Jobs.ListAsync(Cancellation),
            () => client.Jobs.AcquireEpochAsync(Job, Cancellation),
            () => client.Checkpoints.CommitAsync(Version(Job, 1), 1, KeepAll, Cancellation),
            () => client.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation),
            () => client.Datasets.ListAsync(Cancellation),
            () => client.Events.AppendAsync(Job, Time, RunEventKind.Problem, 1, "", Cancellation),
            () => client.Registry.CurrentClusterIdAsync(Cancellation),
            () => client.Durability.CheckAsync(Cancellation),
        ];
        foreach (Func<Task> call in calls)
        {
            await AssertUnavailableAsync(call, $"redis://127.0.0.1:{port}");
        }
    }

    [Fact]
    public async Task Client_GoesOn_WhenTheStoreDiedAndCameBack()
    {
        await using IStoreServer server = await Fixture.StartServerAsync(Cancellation);
        StoreClient client = Connect(server.Uri, Timeout);
        Assert.Equal(1, await client.Jobs.NextOrderAsync(Cancellation));

        await server.KillAsync();
        await AssertUnavailableAsync(() => client.Jobs.NextOrderAsync(Cancellation), server.Uri);

        await server.StartAgainAsync(Cancellation);
        Assert.Equal(2, await Connect(server.Uri).Jobs.NextOrderAsync(Cancellation));
        await SucceedsInTheEndAsync(() => client.Registry.AnnounceAsync("back", Cancellation));
        Assert.Equal("back", await client.Registry.CurrentClusterIdAsync(Cancellation));
    }

    [Fact]
    public async Task Client_GoesOn_WhenTheStoreWasFrozen()
    {
        await using IStoreServer server = await Fixture.StartServerAsync(Cancellation);
        StoreClient client = Connect(server.Uri, Timeout);
        await client.Registry.AnnounceAsync("before", Cancellation);

        server.Freeze();
        await AssertUnavailableAsync(() => client.Registry.CurrentClusterIdAsync(Cancellation), server.Uri);

        server.Thaw();
        await SucceedsInTheEndAsync(() => client.Registry.AnnounceAsync("after", Cancellation));
        Assert.Equal("after", await client.Registry.CurrentClusterIdAsync(Cancellation));
    }

    [Fact]
    public async Task Client_LearnsItsScriptsAnew_WhenTheServerForgotThem()
    {
        await using IStoreServer server = await Fixture.StartServerAsync(Cancellation);
        StoreClient client = Connect(server.Uri);
        Assert.Equal(1, await client.Events.AppendAsync(Job, Time, RunEventKind.Problem, 1, "before", Cancellation));
        await server.KillAsync();
        await server.StartAgainAsync(Cancellation);

        await SucceedsInTheEndAsync(() => client.Registry.CurrentClusterIdAsync(Cancellation));

        Assert.Equal(2, await client.Events.AppendAsync(Job, Time, RunEventKind.Problem, 1, "after", Cancellation));
    }

    private static async Task AssertUnavailableAsync(Func<Task> call, string address)
    {
        var watch = Stopwatch.StartNew();
        StoreUnavailableException error = await Assert.ThrowsAsync<StoreUnavailableException>(call);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Quickly);
        Assert.Contains(address, error.Message);
        Assert.Contains("--store", error.Message);
        Assert.DoesNotContain("secret", error.Message);
        Assert.NotNull(error.InnerException);
    }

    /// <summary>Reconnecting takes as long as it takes: each attempt waits for the store's own time-out.</summary>
    private static async Task SucceedsInTheEndAsync(Func<Task> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreUnavailableException) when (attempt < 30)
            {
            }
        }
    }
}
