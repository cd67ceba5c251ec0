using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.TestKit.Stores;

/// <summary>What every <see cref="ICheckpointStore"/> does.</summary>
public abstract class CheckpointStoreConformance(StoreFixture fixture) : StoreConformance(fixture)
{
    private static readonly JobId Job = new("a");

    [Fact]
    public async Task Commit_CanBeReadByAnotherClient_WhenItSucceeded()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);

        CheckpointManifest? committed = await client.Checkpoints.CommitAsync(Version(Job, 10), epoch, KeepAll, Cancellation);

        StoreClient other = Connect();
        CheckpointManifest? found = await other.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation);
        Assert.Equivalent(committed, found, strict: true);
        Assert.NotNull(found);
        Assert.Equal((10, epoch, 4_000, 1, "parameters-10", """{"iteration":10}"""),
            (found.Iteration, found.Epoch, found.Length, found.Pieces, found.ParametersSha256, found.ProgressJson));
        Assert.Equal(Bytes(4_000, 10), await other.Checkpoints.ReadAsync(found, Cancellation));
        Assert.Equal(Bytes(4_000, 10), await other.Checkpoints.ReadPieceAsync(Job, 10, 0, Cancellation));
    }

    [Fact]
    public async Task Find_FindsNothing_WhenNothingIsCommitted()
    {
        StoreClient client = Connect();

        Assert.Null(await client.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation));
        Assert.Null(await client.Checkpoints.FindAsync(Job, CheckpointSelector.Best, Cancellation));
        Assert.Null(await client.Checkpoints.FindAsync(Job, CheckpointSelector.At(3), Cancellation));
        Assert.Empty(await client.Checkpoints.ListAsync(Job, Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.Checkpoints.ReadPieceAsync(Job, 3, 0, Cancellation));
    }

    [Fact]
    public async Task Commit_LeavesNothing_WhenALaterCoordinatorTookOver()
    {
        StoreClient client = Connect();
        long old = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        await client.Checkpoints.CommitAsync(Version(Job, 10, best: 10), old, KeepAll, Cancellation);
        await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        IReadOnlyList<string> before = await client.KeysAsync("");

        Assert.Null(await client.Checkpoints.CommitAsync(Version(Job, 20, best: 20), old, new CheckpointRetention(1, 1), Cancellation));
        Assert.Null(await client.Checkpoints.CommitAsync(Version(Job, 10, length: 5_000), old, new CheckpointRetention(1, 1), Cancellation));

        Assert.Equal(before, await client.KeysAsync(""));
        Assert.Equal(10, (await client.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation))?.Iteration);
        Assert.Equal(10, (await client.Checkpoints.FindAsync(Job, CheckpointSelector.Best, Cancellation))?.Iteration);
        Assert.Null(await client.Checkpoints.FindAsync(Job, CheckpointSelector.At(20), Cancellation));
    }

    [Fact]
    public async Task Commit_IsRefused_WhenTheJobNeverHadACoordinator()
    {
        StoreClient client = Connect();

        Assert.Null(await client.Checkpoints.CommitAsync(Version(Job, 10), 0, KeepAll, Cancellation));

        Assert.Empty(await client.KeysAsync(""));
    }

    [Fact]
    public async Task Commit_ComesBackWhole_WhenItHasThreePieces()
    {
        StoreClient client = Connect();
        const int length = 20 * 1024 * 1024;
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);

        CheckpointManifest? committed = await client.Checkpoints.CommitAsync(Version(Job, 1, length), epoch, KeepAll, Cancellation);

        Assert.NotNull(committed);
        Assert.Equal(3, committed.Pieces);
        Assert.Equal(Bytes(length, 1), await Connect().Checkpoints.ReadAsync(committed, Cancellation));
        Assert.Equal(4 * 1024 * 1024, (await client.Checkpoints.ReadPieceAsync(Job, 1, 2, Cancellation)).Length);
    }

    [Fact]
    public async Task Retention_KeepsTheLastAndTheBest_AndNoPieceOfOthers()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        var retention = new CheckpointRetention(KeepLast: 2, KeepBest: 2);
        long[][] rankings = [[], [1], [1], [1, 3], [3, 4, 1], [3, 4, 1]];

        for (int i = 0; i < rankings.Length; i++)
        {
            Assert.NotNull(await client.Checkpoints.CommitAsync(Version(Job, i + 1, best: rankings[i]), epoch, retention, Cancellation));
        }

        var kept = await client.Checkpoints.ListAsync(Job, Cancellation);
        Assert.Equal([3, 4, 5, 6], kept.Select(manifest => manifest.Iteration));
        Assert.Equal([3, 4], kept[^1].Best);
        Assert.Equal(4, (await client.KeysAsync(":piece:")).Count);
        Assert.Equal(3, (await client.Checkpoints.FindAsync(Job, CheckpointSelector.Best, Cancellation))?.Iteration);
        Assert.Equal(6, (await client.Checkpoints.FindAsync(Job, CheckpointSelector.Last, Cancellation))?.Iteration);
        foreach (CheckpointManifest manifest in kept)
        {
            Assert.Equal(Bytes(4_000, (int)manifest.Iteration), await client.Checkpoints.ReadAsync(manifest, Cancellation));
        }
    }

    [Fact]
    public async Task Retention_KeepsAPinnedVersion_UntilACommitNoLongerPinsIt()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        var retention = new CheckpointRetention(KeepLast: 1, KeepBest: 1);
        await client.Checkpoints.CommitAsync(Version(Job, 1), epoch, retention, Cancellation);

        await client.Checkpoints.CommitAsync(Version(Job, 2) with { Pinned = [1] }, epoch, retention, Cancellation);
        Assert.Equal([1, 2], (await client.Checkpoints.ListAsync(Job, Cancellation)).Select(manifest => manifest.Iteration));

        await client.Checkpoints.CommitAsync(Version(Job, 3), epoch, retention, Cancellation);
        Assert.Equal(3, Assert.Single(await client.Checkpoints.ListAsync(Job, Cancellation)).Iteration);
        Assert.Single(await client.KeysAsync(":piece:"));
    }

    [Fact]
    public async Task Find_TakesTheLatestForTheBest_WhenNothingWasValidated()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        await client.Checkpoints.CommitAsync(Version(Job, 7), epoch, KeepAll, Cancellation);

        Assert.Equal(7, (await client.Checkpoints.FindAsync(Job, CheckpointSelector.Best, Cancellation))?.Iteration);
    }

    [Fact]
    public async Task Commit_ReplacesAVersion_WhenItIsCommittedAgain()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        await client.Checkpoints.CommitAsync(Version(Job, 7), epoch, KeepAll, Cancellation);

        CheckpointManifest? again = await client.Checkpoints.CommitAsync(Version(Job, 7, length: 9_000), epoch, KeepAll, Cancellation);

        Assert.NotNull(again);
        Assert.Equal(9_000, Assert.Single(await client.Checkpoints.ListAsync(Job, Cancellation)).Length);
        Assert.Equal(9_000, (await client.Checkpoints.ReadAsync(again, Cancellation)).Length);
        Assert.Single(await client.KeysAsync(":piece:"));
    }

    [Fact]
    public async Task Commit_IsEmptyButThere_WhenTheContentIsEmpty()
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);

        CheckpointManifest? committed = await client.Checkpoints.CommitAsync(Version(Job, 1, length: 0), epoch, KeepAll, Cancellation);

        Assert.NotNull(committed);
        Assert.Empty(await client.Checkpoints.ReadAsync(committed, Cancellation));
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("shortened")]
    [InlineData("removed")]
    public async Task Read_NamesTheDamage_WhenAPieceWas(string damage)
    {
        StoreClient client = Connect();
        long epoch = await client.Jobs.AcquireEpochAsync(Job, Cancellation);
        CheckpointManifest committed = await client.Checkpoints.CommitAsync(Version(Job, 7), epoch, KeepAll, Cancellation)
            ?? throw new InvalidOperationException("The commit was refused.");
        RedisKey piece = Assert.Single(await client.KeysAsync(":piece:"));
        IDatabase database = (await client.ConnectAsync()).GetDatabase();
        await (damage switch
        {
            "changed" => database.StringSetRangeAsync(piece, 17, "?"),
            "shortened" => database.StringSetAsync(piece, Bytes(3_999, 7)),
            _ => (Task)database.KeyDeleteAsync(piece),
        });

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => client.Checkpoints.ReadAsync(committed, Cancellation));

        Assert.Contains("ersion 7 of job a", error.Message);
    }
}
