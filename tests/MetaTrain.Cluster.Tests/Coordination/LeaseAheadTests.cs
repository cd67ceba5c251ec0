using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

/// <summary>When a worker may know its next block while it still computes one.</summary>
public sealed class LeaseAheadTests
{
    private readonly SessionFixture _fixture = new();

    [Fact]
    public void Worker_HasASecondBlock_WhileThereIsOneForEachOther()
    {
        JobSession session = WithTwoWorkers();
        Assert.Equal(0, session.TryLease("w/0@x")!.Block);
        Assert.Equal(4, session.TryLease("w/1@x")!.Block);

        Assert.Equal(1, session.TryLeaseAhead("w/0@x")!.Block);
        Assert.Equal(5, session.TryLeaseAhead("w/1@x")!.Block);
        Assert.Equal(2, session.TryLeaseAhead("w/0@x")!.Block);
        Assert.Equal(6, session.TryLeaseAhead("w/1@x")!.Block);
        Assert.Equal(3, session.TryLeaseAhead("w/0@x")!.Block);
        Assert.Null(session.TryLeaseAhead("w/1@x"));
        Assert.Equal(7, session.TryLease("w/1@x")!.Block);
    }

    [Fact]
    public void Worker_HasOne_BeforeTheFirstRoundHasShownWhoElseThereIs() =>
        Assert.Null(_fixture.Open(tasks: 8, blockSize: 1).TryLeaseAhead("w/0@x"));

    [Fact]
    public void Worker_HasOne_WhereBlocksTakeLong()
    {
        JobSession session = _fixture.Open(tasks: 8, blockSize: 1);
        for (int block = 0; block < 8; block++)
        {
            Lease lease = session.TryLease("w/0@x")!;
            _fixture.Time.Advance(TimeSpan.FromSeconds(1));
            session.Accept(SessionFixture.Compute(session, lease) with { Workers = ["w/0@x"] });
        }

        SessionFixture.Advance(session);

        Assert.Null(session.TryLeaseAhead("w/0@x"));
    }

    [Fact]
    public void Block_TakesTheTimeSinceItsWorkersLastResult()
    {
        BlockTimes times = new();
        Round round = new(new RoundId(RoundKind.Training, 0), 0, new BlockPartition(2, 1), times, _fixture.Time);
        for (int block = 0; block < 2; block++)
        {
            Assert.True(round.Leases.TryLease("w/0@x", out _));
        }

        for (int block = 0; block < 2; block++)
        {
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(400));
            round.Accept(new NodeResult { Epoch = 1, Round = round.Id, Node = new TreeNode(0, block), Count = 1, Workers = ["w/0@x"], Fingerprint = 1 });
        }

        // From its lease on the second one took 800 ms, which is not short.
        Assert.True(times.AreShort);
    }

    [Fact]
    public void Worker_HasOne_OnceABlockOfTheRoundWasLost()
    {
        JobSession session = WithTwoWorkers();
        session.TryLease("w/1@x");
        session.Lose(static worker => worker == "w/1@x", "its silo died");

        Assert.Null(session.TryLeaseAhead("w/0@x"));
    }

    [Fact]
    public void Worker_HasOne_WhereAnEvaluationThatSomebodyAskedForIsDue()
    {
        JobSession session = WithTwoWorkers();
        session.OpenEvaluation(-1, 1, session.Trajectory.Parameters, new EvaluationWork { Split = "test", Ways = 5, Shots = 1, Queries = 2, Transductive = true }, 4);

        // After eight blocks of training.
        Assert.Null(session.TryLeaseAhead("w/0@x"));
        Assert.Equal(RoundKind.Evaluation, session.TryLease("w/0@x")!.Round.Kind);
        for (int block = 0; block < 7; block++)
        {
            Assert.Equal(RoundKind.Training, (session.TryLeaseAhead("w/0@x") ?? session.TryLease("w/0@x")!).Round.Kind);
        }

        Assert.Null(session.TryLeaseAhead("w/0@x"));
        Assert.Equal(RoundKind.Evaluation, session.TryLease("w/0@x")!.Round.Kind);
    }

    [Fact]
    public void Withdraw_FreesABlockWithoutALoss_OfThisEpochOnly()
    {
        JobSession session = WithTwoWorkers();
        Lease lease = session.TryLease("w/0@x")!;

        session.Withdraw(lease with { Epoch = lease.Epoch - 1 }, "w/0@x");
        Assert.Equal(1, session.LeasesOut);
        session.Withdraw(lease, "w/0@x");

        Assert.Equal(0, session.LeasesOut);
        Assert.NotNull(session.TryLeaseAhead("w/1@x"));
    }

    // Eight blocks, and two workers that had four of the last round each.
    private JobSession WithTwoWorkers()
    {
        JobSession session = _fixture.Open(tasks: 8, blockSize: 1);
        for (int block = 0; block < 8; block++)
        {
            string worker = $"w/{block % 2}@x";
            session.Accept(SessionFixture.Compute(session, session.TryLease(worker)!) with { Workers = [worker] });
        }

        SessionFixture.Advance(session);
        return session;
    }
}
