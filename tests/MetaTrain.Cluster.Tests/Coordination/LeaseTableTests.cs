using MetaTrain.Cluster.Coordination;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class LeaseTableTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly BlockTimes _times = new();

    [Fact]
    public void TryLease_GivesEachBlockOnce_WhenNothingIsLost()
    {
        LeaseTable table = Table(3);

        Assert.Equal([0, 1, 2], [Lease(table, "a"), Lease(table, "b"), Lease(table, "a")]);
        Assert.Null(Lease(table, "c"));
        Assert.Equal(3, table.Out);
    }

    [Fact]
    public void Lose_FreesTheBlocksOfTheWorker_AndCountsTheLoss()
    {
        LeaseTable table = Table(2);
        Lease(table, "a");
        Lease(table, "b");

        Assert.Equal([0], table.Lose(static worker => worker == "a"));
        Assert.Equal(1, table.Losses(0));
        Assert.True(table.TryLease("b", out (int Block, bool Again) grant));
        Assert.Equal((0, true), grant);
    }

    [Fact]
    public void Complete_TakesAResult_WhenItsLeaseHadBeenTakenBack()
    {
        LeaseTable table = Table(1);
        Lease(table, "a");
        table.Lose(static _ => true);

        Assert.Null(table.Complete(0, "a"));
        Assert.True(table.AllDone);
        Assert.Null(Lease(table, "b"));
    }

    [Fact]
    public void Expire_WaitsLong_BeforeAnyBlockWasSeen()
    {
        LeaseTable table = Table(1);
        Lease(table, "a");
        _time.Advance(BlockTimes.FirstPatience);

        Assert.Empty(table.Expire());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0], table.Expire());
    }

    [Fact]
    public void Expire_FollowsTheObservedTime()
    {
        _times.Observe(TimeSpan.FromSeconds(2));
        LeaseTable table = Table(1);
        Lease(table, "a");
        _time.Advance(TimeSpan.FromSeconds(39));

        Assert.Empty(table.Expire());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([0], table.Expire());
    }

    [Fact]
    public void TryLease_GivesAStragglersBlockToAnIdleWorker_Once()
    {
        _times.Observe(TimeSpan.FromSeconds(1));
        LeaseTable table = Table(1);
        Lease(table, "slow");
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Null(Lease(table, "idle"));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(Lease(table, "slow"));
        Assert.Equal(0, Lease(table, "idle"));
        Assert.Null(Lease(table, "third"));
        Assert.Empty(table.Lose(static worker => worker == "slow"));
        Assert.Equal(0, table.Losses(0));
    }

    [Fact]
    public void TryLease_LeavesOutBlocks_ThatItMayNotLease()
    {
        LeaseTable table = Table(3);

        Assert.True(table.TryLease("a", out (int Block, bool Again) grant, static block => block == 1));
        Assert.Equal(1, grant.Block);
        Assert.False(table.TryLease("a", out _, static block => block == 1));
    }

    private LeaseTable Table(int blocks) => new(blocks, _times, _time);

    private static int? Lease(LeaseTable table, string worker) => table.TryLease(worker, out (int Block, bool Again) grant) ? grant.Block : null;
}
