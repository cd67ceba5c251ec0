using CsCheck;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class HomeBlocksTests
{
    [Fact]
    public void Of_DealsARoundOut_EachBlockToOneWorker_SiloBySilo() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 200]).Sample((workers, blocks) =>
        {
            string[] keys = [.. Enumerable.Range(0, workers).Select(static worker => $"silo-{worker / 12}/{worker % 12}@x")];
            HomeBlocks homes = HomeBlocks.None.For(keys.Reverse().ToHashSet());

            Assert.Equal(
                Enumerable.Range(0, blocks),
                keys.SelectMany(key => Blocks(homes.Of(key, blocks))));
        });

    [Fact]
    public void Of_GivesNothing_ToAWorkerThatIsNew()
    {
        HomeBlocks homes = HomeBlocks.None.For(new HashSet<string> { "a/0@x", "a/1@x" });

        Assert.Equal((0, 4), homes.Of("a/0@x", 8));
        Assert.Equal((0, 0), homes.Of("a/0@y", 8));
        Assert.Equal((0, 0), HomeBlocks.None.Of("a/0@x", 8));
    }

    [Fact]
    public void For_IsTheSame_WhileTheWorkersAre()
    {
        HomeBlocks homes = HomeBlocks.None.For(new HashSet<string> { "a/0@x", "b/0@x" });

        Assert.Same(homes, homes.For(new HashSet<string> { "b/0@x", "a/0@x" }));
        Assert.NotSame(homes, homes.For(new HashSet<string> { "b/0@x", "c/0@x" }));
    }

    [Fact]
    public void TryLease_PutsSilosInStepAgain_AfterARoundOutOfStep()
    {
        SessionFixture fixture = new();
        JobSession session = fixture.Open(tasks: 4, blockSize: 1);
        string[] outOfStep = ["a/0@x", "b/0@x", "a/1@x", "b/1@x"];
        foreach ((string worker, Lease lease) in outOfStep.Select(worker => (worker, session.TryLease(worker)!)).ToList())
        {
            session.Accept(SessionFixture.Compute(session, lease) with { Workers = [worker] });
        }

        SessionFixture.Advance(session);

        Assert.Equal([2, 1, 3, 0], new[] { "b/0@x", "a/1@x", "b/1@x", "a/0@x" }.Select(worker => session.TryLease(worker)!.Block));
    }

    [Fact]
    public void TryLease_GivesADeadWorkersBlocks_ToWhoeverAsks()
    {
        SessionFixture fixture = new();
        JobSession session = fixture.Open(tasks: 2, blockSize: 1);
        foreach ((string worker, Lease lease) in new[] { "a/0@x", "b/0@x" }.Select(worker => (worker, session.TryLease(worker)!)).ToList())
        {
            session.Accept(SessionFixture.Compute(session, lease) with { Workers = [worker] });
        }

        SessionFixture.Advance(session);

        Assert.Equal(1, session.TryLease("b/0@x")!.Block);
        Assert.Equal(0, session.TryLease("b/0@x")!.Block);
    }

    private static IEnumerable<int> Blocks((int Begin, int End) home) => Enumerable.Range(home.Begin, home.End - home.Begin);
}
