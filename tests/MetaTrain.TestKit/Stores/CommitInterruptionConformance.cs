using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.TestKit.Stores;

/// <summary>A coordinator that dies anywhere within a commit: the earlier version stays, or the new one is whole.</summary>
public abstract class CommitInterruptionConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    private static readonly JobId Job = new("a");
    private static readonly CheckpointRetention KeepTwo = new(2, 0);

    [Fact]
    public async Task Commit_IsAllOrNothing_WhereverTheCoordinatorDies()
    {
        StoreClient observer = Connect();
        await CommitAsync(observer, 1);
        await CommitAsync(observer, 2);
        long bytes = await MeasureAsync(3);
        Assert.InRange(bytes, 4_000, 12_000);
        int kept = 0;
        int replaced = 0;
        long iteration = 4;
        for (long cut = 1; cut < bytes; cut += 97, iteration++)
        {
            long before = await LastAsync(observer);
            bool acknowledged = await TryCommitUntilAsync(iteration, cut);
            long after = await LastAsync(observer);

            Assert.True(after == before || after == iteration, $"Cut after {cut} bytes: version {after} appeared.");
            Assert.True(!acknowledged || after == iteration, $"Cut after {cut} bytes: the version was acknowledged and is not there.");
            _ = after == before ? kept++ : replaced++;
        }

        Assert.True(kept > 20, $"Only {kept} interrupted commits left the earlier version: the cuts miss the pieces.");
        Assert.True(replaced > 0, "No interrupted commit had published its version: the cuts miss the retention.");

        await CommitAsync(observer, iteration);
        Assert.Equal(2, (await observer.Checkpoints.ListAsync(Job, Cancellation)).Length);
        Assert.Equal(2, (await observer.KeysAsync(":piece:")).Count);
        Assert.DoesNotContain(await observer.KeysAsync(""), key => key.EndsWith(":loose-piece-sets", StringComparison.Ordinal));
    }

    /// <summary>How many bytes an undisturbed commit sends, its first use of the scripts included.</summary>
    private async Task<long> MeasureAsync(long iteration)
    {
        await using var proxy = new CuttingProxy(Fixture.Server.Port);
        await using var client = new StoreClient(proxy.Uri, Prefix);
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        proxy.CutAfter(1_000_000);
        await client.Checkpoints.CommitAsync(Version(Job, iteration), epoch, KeepTwo, Cancellation);
        return proxy.Passed;
    }

    private async Task<bool> TryCommitUntilAsync(long iteration, long cut)
    {
        await using var proxy = new CuttingProxy(Fixture.Server.Port);
        await using var client = new StoreClient(proxy.Uri, Prefix, TimeSpan.FromSeconds(1));
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        proxy.CutAfter(cut);
        try
        {
            return await client.Checkpoints.CommitAsync(Version(Job, iteration), epoch, KeepTwo, Cancellation) is not null;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>The last version, after reading every version that is there.</summary>
    private static async Task<long> LastAsync(StoreClient observer)
    {
        foreach (CheckpointManifest manifest in await observer.Checkpoints.ListAsync(Job, Cancellation))
        {
            Assert.Equal(Bytes(4_000, (int)manifest.Iteration), await observer.Checkpoints.ReadAsync(manifest, Cancellation));
        }

        return (await observer.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation))?.Iteration
            ?? throw new InvalidOperationException("There is no last version any more.");
    }

    private static async Task CommitAsync(StoreClient client, long iteration)
    {
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        Assert.NotNull(await client.Checkpoints.CommitAsync(Version(Job, iteration), epoch, KeepTwo, Cancellation));
    }
}
