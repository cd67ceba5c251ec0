using CsCheck;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class JobSessionTests
{
    private static readonly EvaluationWork Work = new() { Split = "test", Ways = 5, Shots = 1, Queries = 2, Transductive = true };

    private readonly SessionFixture _fixture = new();

    [Fact]
    public void Parameters_HaveTheSameBits_ForAnyNumberOfWorkersAndAnyOrder() => Gen.Select(Gen.Int[1, 9], Gen.Int, Gen.Int[1, 13]).Sample((workers, seed, tasks) =>
    {
        JobSession alone = _fixture.Open(tasks: tasks);
        JobSession many = _fixture.Open(tasks: tasks);
        _fixture.Run(alone, workers: 1, seed: 0);
        _fixture.Run(many, workers, seed);

        Assert.Equal(10, many.Trajectory.Iteration);
        Assert.Equal(CheckpointCodec.Hash(alone.Trajectory.Parameters), CheckpointCodec.Hash(many.Trajectory.Parameters));
    }, iter: 200);

    [Fact]
    public void Parameters_HaveTheSameBits_WhenWorkersDieWithTheirBlocks()
    {
        JobSession alone = _fixture.Open();
        _fixture.Run(alone, workers: 1, seed: 0);
        JobSession session = _fixture.Open();
        NodeResult late = SessionFixture.Compute(session, session.TryLease("a/0@x")!);
        session.Lose(static worker => worker == "a/0@x", "its silo died");
        _fixture.Run(session, workers: 3, seed: 5);

        Assert.Equal(1, session.Trajectory.BlocksReissued);
        Assert.Equal(CheckpointCodec.Hash(alone.Trajectory.Parameters), CheckpointCodec.Hash(session.Trajectory.Parameters));
        Assert.Null(session.Accept(late with { Workers = ["a/0@x"] }));
    }

    [Fact]
    public void Accept_CountsOnce_WhenAResultArrivesTwice()
    {
        JobSession session = _fixture.Open();
        NodeResult result = SessionFixture.Compute(session, session.TryLease("a/0@x")!);

        Assert.Equal(Acceptance.Counted, session.Accept(result with { Workers = ["a/0@x"] }));
        Assert.Equal(Acceptance.Duplicate, session.Accept(result with { Workers = ["b/0@x"] }));
        Assert.Null(session.Failure);
    }

    [Fact]
    public void Accept_FailsTheJob_WhenAnotherWorkerHasOtherBits()
    {
        JobSession session = _fixture.Open();
        NodeResult result = SessionFixture.Compute(session, session.TryLease("a/0@x")!);
        float[] flipped = result.Gradient.Span.ToArray();
        flipped[0] = MathF.BitIncrement(flipped[0]);
        session.Accept(result with { Workers = ["a/0@x"] });

        Assert.Equal(Acceptance.Contradiction, session.Accept((result with { Gradient = new FloatVector(flipped), Workers = ["b/0@x"] }).WithFingerprint()));
        Assert.Contains("other bits for block 0 of iteration 0", session.Failure, StringComparison.Ordinal);
        Assert.Null(session.TryLease("a/0@x"));
    }

    [Fact]
    public void Accept_FailsTheJob_WhenADuplicateWithOtherBitsComesAfterTheRound()
    {
        JobSession session = _fixture.Open(tasks: 2);
        NodeResult result = SessionFixture.Compute(session, session.TryLease("a/0@x")!);
        float[] gradient = result.Gradient.Span.ToArray();
        session.Accept(result with { Workers = ["a/0@x"] });
        SessionFixture.Advance(session);

        session.Accept((result with { Gradient = new FloatVector([.. gradient]), Metrics = [99, 99], Workers = ["b/0@x"] }).WithFingerprint());

        Assert.Contains("other bits", session.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void IsExhaustedFor_ReservesBlocksForWhoeverHadOneInTheLastRound()
    {
        JobSession session = _fixture.Open(tasks: 4, blockSize: 1);
        List<Lease> leases = [.. Enumerable.Range(0, 4).Select(worker => session.TryLease($"s{worker}/0@x")!)];
        foreach ((int worker, Lease lease) in leases.Index())
        {
            session.Accept(SessionFixture.Compute(session, lease) with { Workers = [$"s{worker}/0@x"] });
        }

        SessionFixture.Advance(session);

        session.TryLease("s0/0@x");
        Assert.True(session.IsExhaustedFor(othersWaiting: 0), "three blocks are free, and three workers will come for them");
    }

    [Fact]
    public void IsExhaustedFor_IsFalse_WhileEachWorkerOfTheLastRoundCanHaveMore()
    {
        JobSession session = _fixture.Open(tasks: 4, blockSize: 1);
        SessionFixture.FinishRound(session);

        session.TryLease("a/0@x");

        Assert.False(session.IsExhaustedFor(othersWaiting: 0));
        Assert.True(session.IsExhaustedFor(othersWaiting: 3));
    }

    [Fact]
    public void Accept_Ignores_WhenAResultIsOfAnotherEpoch()
    {
        JobSession session = _fixture.Open(epoch: 2);
        NodeResult result = SessionFixture.Compute(session, session.TryLease("a/0@x")!);

        Assert.Null(session.Accept((result with { Epoch = 1, Workers = ["a/0@x"] }).WithFingerprint()));
        Assert.Equal(Acceptance.Counted, session.Accept(result with { Workers = ["a/0@x"] }));
    }

    [Fact]
    public void Accept_NamesTheEpisode_WhenALossIsNotFinite()
    {
        JobSession session = _fixture.Open();
        session.TryLease("a/0@x");
        Lease lease = session.TryLease("b/0@x")!;
        session.Accept((SessionFixture.Compute(session, lease) with { NonFiniteTask = 3, Workers = ["b/0@x"] }).WithFingerprint());

        Assert.Contains("episode 3 in block 1 of iteration 0 is not finite", session.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnEvaluationThatSomebodyAskedFor_FailsAlone(bool isNotFinite)
    {
        JobSession alone = _fixture.Open();
        _fixture.Run(alone, workers: 1, seed: 0);
        JobSession session = _fixture.Open();
        session.OpenEvaluation(-3, 0, session.Trajectory.Parameters, Work, episodes: 6);
        session.IsPaused = true;
        if (isNotFinite)
        {
            Lease lease = session.TryLease("a/0@x")!;
            Assert.Equal(new RoundId(RoundKind.Evaluation, -3), lease.Round);
            session.Accept((SessionFixture.Compute(session, lease) with { NonFiniteTask = 1 }).WithFingerprint());
        }
        else
        {
            for (int loss = 1; loss <= 3; loss++)
            {
                Assert.Empty(_fixture.FailedEvaluations);
                session.TryLease("a/0@x");
                session.Lose(static _ => true, "its silo died");
            }
        }

        (long number, string failure) = Assert.Single(_fixture.FailedEvaluations);
        Assert.Equal(-3, number);
        Assert.Contains(isNotFinite ? "episode 1 in block 0 of the evaluation of version 0 is not finite: take fewer inner steps" : "Block 0 of the evaluation of version 0", failure);
        Assert.Null(session.EvaluationProgress(-3));
        Assert.Null(session.Failure);
        session.IsPaused = false;
        _fixture.Run(session, workers: 2, seed: 3);
        Assert.Equal(CheckpointCodec.Hash(alone.Trajectory.Parameters), CheckpointCodec.Hash(session.Trajectory.Parameters));
    }

    [Fact]
    public void AnEvaluationThatSomebodyAskedFor_Ends_WhileTheOnlyWorkerTrains()
    {
        JobSession session = _fixture.Open(iterations: 1000);
        session.OpenEvaluation(-1, 0, session.Trajectory.Parameters, Work, episodes: 4);
        int leases = 0;
        do
        {
            session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
            leases++;
            if (session.CanStep)
            {
                session.Stepped([1, 2, 3, 4, 5]);
            }
        }
        while (!session.TakeEvaluations().Any());

        // Two blocks of the evaluation, each after seven of the training.
        Assert.Equal(16, leases);
    }

    [Fact]
    public void AnEvaluationThatSomebodyAskedFor_SaysWhichParametersItMeasured()
    {
        JobSession session = _fixture.Open();
        session.IsPaused = true;
        float[] measured = [5, 4, 3, 2, 1];
        session.OpenEvaluation(-1, 0, measured, Work, episodes: 2);
        session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
        Assert.Equal(CheckpointCodec.Hash(measured), Assert.Single(session.TakeEvaluations()).Summary.ParametersSha256);
    }

    [Fact]
    public void AValidation_FailsTheJob_WhenALossIsNotFinite()
    {
        JobSession session = _fixture.Open(validation: new ValidationSpec { Every = 1, Episodes = 4 });
        SessionFixture.FinishRound(session);
        Lease lease;
        do
        {
            lease = session.TryLease("a/0@x")!;
        }
        while (lease.Round.Kind == RoundKind.Training);

        session.Accept((SessionFixture.Compute(session, lease) with { NonFiniteTask = 1 }).WithFingerprint());
        Assert.Contains("the evaluation of version 1 is not finite", session.Failure);
        Assert.Empty(_fixture.FailedEvaluations);
    }

    [Fact]
    public void TakeOver_HoldsNothingAgainstAnotherEvaluation_ThatHasTheNumberOfALostOne()
    {
        JobSession session = _fixture.Open(epoch: 2);
        session.TakeOver([new BlockAttempt(new RoundId(RoundKind.Evaluation, -1), 0, Losses: 2, Out: true)]);
        session.OpenEvaluation(-1, 0, session.Trajectory.Parameters, Work, episodes: 2);
        Assert.Empty(_fixture.FailedEvaluations);
        Assert.Equal(0, session.EvaluationProgress(-1));
    }

    [Fact]
    public void Accept_FailsTheJob_WhenTheGradientHasAnotherLength()
    {
        JobSession session = _fixture.Open();
        NodeResult result = SessionFixture.Compute(session, session.TryLease("a/0@x")!);
        session.Accept((result with { Gradient = new FloatVector(new float[2]), Workers = ["a/0@x"] }).WithFingerprint());

        Assert.Contains("2 gradient values instead of 5", session.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Lose_FailsTheJob_WhenABlockWasLostThreeTimes()
    {
        JobSession session = _fixture.Open();
        for (int loss = 1; loss <= 3; loss++)
        {
            Assert.Null(session.Failure);
            Assert.Equal(0, session.TryLease("a/0@x")!.Block);
            session.Lose(static _ => true, "its silo died");
        }

        Assert.Contains("Block 0 of iteration 0 (episodes 0 to 1) was lost 3 times", session.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void TakeOver_FailsTheJob_WhenCoordinatorAfterCoordinatorDiesWithABlock()
    {
        BlockAttempt attempt = new(new RoundId(RoundKind.Training, 0), 2, 0, Out: true);
        for (int death = 1; death <= 3; death++)
        {
            JobSession session = _fixture.Open(epoch: 1 + death);
            session.TakeOver([attempt]);
            Assert.Equal(death < 3, session.Failure is null);
            if (death < 3)
            {
                LeaseUntil(session, 2);
                attempt = Assert.Single(session.Attempts(), static noted => noted.Block == 2);
                Assert.Equal(death, attempt.Losses);
            }
        }
    }

    [Fact]
    public void TakeOver_RemembersALoss_WhenItsRoundIsStillToCome()
    {
        BlockAttempt attempt = new(new RoundId(RoundKind.Training, 3), 1, 1, Out: true);
        JobSession session = _fixture.Open(epoch: 2);
        session.TakeOver([attempt]);
        BlockAttempt remembered = attempt with { Losses = 2, Out = false };
        Assert.Equal([remembered], session.Attempts());

        while (session.Trajectory.Iteration < 3)
        {
            SessionFixture.FinishRound(session);
        }

        Assert.Equal([remembered], session.Attempts());
        Assert.Null(session.Failure);
        LeaseUntil(session, 1);
        session.Lose(static _ => true, "its silo died");
        Assert.Contains("Block 1 of iteration 3 (episodes 2 to 3) was lost 3 times", session.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void TryEndCare_WaitsUntilTheCauseLiesBehind_WhenCommitsComeBeforeIt()
    {
        JobSession session = _fixture.Open(epoch: 2, checkpoint: new CheckpointSpec { Every = 2 });
        session.TakeOver([new BlockAttempt(new RoundId(RoundKind.Training, 7), 1, 0, Out: true)]);

        Assert.False(session.TryEndCare(5));
        Assert.False(session.TryEndCare(7));
        Assert.True(session.IsCareful);
        Assert.True(session.TryEndCare(8));
        Assert.False(session.IsCareful);
    }

    [Fact]
    public void IsWorthNoting_IsFalse_OnceBlocksAreKnownToBeShort()
    {
        JobSession session = _fixture.Open();
        Lease first = session.TryLease("a/0@x")!;
        Assert.True(session.IsWorthNoting(first));
        session.Accept(SessionFixture.Compute(session, first) with { Workers = ["a/0@x"] });
        Lease second = session.TryLease("a/0@x")!;
        Assert.False(session.IsWorthNoting(second));

        JobSession slow = _fixture.Open();
        first = slow.TryLease("a/0@x")!;
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(80));
        slow.Accept(SessionFixture.Compute(slow, first));
        Assert.True(slow.IsWorthNoting(slow.TryLease("a/0@x")!));
    }

    [Fact]
    public void TryLease_LeasesASuspectAlone_WhenItWasLostTwice()
    {
        JobSession session = _fixture.Open();
        session.TakeOver([new BlockAttempt(new RoundId(RoundKind.Training, 0), 1, 1, Out: true)]);

        Lease first = session.TryLease("a/0@x")!;
        Assert.Equal(0, first.Block);
        Assert.Equal(2, session.TryLease("b/0@x")!.Block);
        Assert.Equal(3, session.TryLease("c/0@x")!.Block);
        Assert.Null(session.TryLease("d/0@x"));
        session.Lose(static _ => true, "test");

        JobSession again = _fixture.Open(tasks: 4);
        again.TakeOver([new BlockAttempt(new RoundId(RoundKind.Training, 0), 0, 1, Out: true)]);
        Assert.Equal(0, again.TryLease("a/0@x")!.Block);
        Assert.Null(again.TryLease("b/0@x"));
    }

    [Fact]
    public void TryLease_GivesNoTraining_WhenPaused()
    {
        JobSession session = _fixture.Open();
        session.IsPaused = true;

        Assert.Null(session.TryLease("a/0@x"));
        Assert.False(session.HasWork);
        session.IsPaused = false;
        Assert.NotNull(session.TryLease("a/0@x"));
    }

    [Fact]
    public void CanStep_WaitsForTheResumption_WhenTheLastResultsComeAfterThePause()
    {
        JobSession session = _fixture.Open(tasks: 2);
        Lease lease = session.TryLease("a/0@x")!;
        session.IsPaused = true;
        session.Accept(SessionFixture.Compute(session, lease) with { Workers = ["a/0@x"] });

        Assert.False(session.CanStep);
        session.IsPaused = false;
        Assert.True(session.CanStep);
    }

    [Fact]
    public void Withdraw_CountsNoLoss_AndFreesTheBlock()
    {
        JobSession session = _fixture.Open();
        for (int time = 0; time < 5; time++)
        {
            Lease lease = session.TryLease("a/0@x")!;
            Assert.Equal(0, lease.Block);
            session.Withdraw(lease, "a/0@x");
        }

        Assert.Empty(session.Attempts());
        Assert.Equal(0, session.Trajectory.BlocksReissued);
    }

    [Fact]
    public void Doing_FollowsWhatIsOut_ThroughLeasesResultsAndRounds()
    {
        JobSession session = _fixture.Open(tasks: 2);
        Assert.Equal("waiting", session.Doing("a/0"));
        Lease lease = session.TryLease("a/0@x")!;
        Assert.Equal(("block 0 of iteration 0", "waiting"), (session.Doing("a/0"), session.Doing("b/0")));

        session.Accept(SessionFixture.Compute(session, lease) with { Workers = ["a/0@x"] });
        Assert.Equal("waiting", session.Doing("a/0"));
        SessionFixture.Advance(session);
        session.TryLease("b/0@x");
        Assert.Equal(("waiting", "block 0 of iteration 1"), (session.Doing("a/0"), session.Doing("b/0")));

        session.Lose(static _ => true, "its silo died");
        Assert.Equal("waiting", session.Doing("b/0"));
    }

    // Finishes every block before it, so that a suspect that may only be leased alone can be.
    private static void LeaseUntil(JobSession session, int block)
    {
        Lease lease = session.TryLease("a/0@x")!;
        while (lease.Block != block)
        {
            session.Accept(SessionFixture.Compute(session, lease) with { Workers = ["a/0@x"] });
            lease = session.TryLease("a/0@x")!;
        }
    }

    [Fact]
    public void Accept_TakesASiloSumOfSeveralBlocks_AndTheParametersHaveTheSameBits()
    {
        (JobSession plain, JobSession summed) = (_fixture.Open(), _fixture.Open());
        SessionFixture.FinishRound(plain);

        Lease first = summed.TryLease("a/0@x")!;
        PartialSums sums = new(first.Blocks);
        sums.Leased(first.Block);
        sums.Add(SessionFixture.Compute(summed, first) with { Workers = ["a/0@x"] });
        while (summed.TryLease("a/1@x") is { } lease)
        {
            sums.Leased(lease.Block);
            sums.Add(SessionFixture.Compute(summed, lease) with { Workers = ["a/1@x"] });
        }

        NodeResult whole = Assert.Single(sums.TakeReady(force: false));
        Assert.Equal(Acceptance.Counted, summed.Accept(whole.WithFingerprint()));
        SessionFixture.Advance(summed);

        Assert.Equal(plain.Trajectory.Parameters, summed.Trajectory.Parameters);
        Assert.Equal(1, summed.Trajectory.BlocksByWorker["a/0"]);
    }

    [Fact]
    public void Accept_LeasesTheRestOfASumAgain_WhenOneOfItsBlocksIsKnown()
    {
        JobSession session = _fixture.Open();
        Lease first = session.TryLease("a/0@x")!;
        Lease second = session.TryLease("a/1@x")!;
        PartialSums sums = new(first.Blocks);
        sums.Leased(0);
        sums.Leased(1);
        sums.Add(SessionFixture.Compute(session, first) with { Workers = ["a/0@x"] });
        sums.Add(SessionFixture.Compute(session, second) with { Workers = ["a/1@x"] });
        NodeResult both = Assert.Single(sums.TakeReady(force: true));
        session.Accept(SessionFixture.Compute(session, first) with { Workers = ["b/0@x"] });

        Assert.Equal(Acceptance.Duplicate, session.Accept(both.WithFingerprint()));
        Assert.Equal(1, session.TryLease("b/0@x")!.Block);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ShouldCommit_IsNeverTrue_OfAJobThatIsOnlyEvaluated(bool isReadOnly)
    {
        Trajectory trajectory = SessionFixture.NewTrajectory();
        JobSession session = _fixture.Open(checkpoint: new CheckpointSpec { Every = 1 }, trajectory: trajectory, isReadOnly: isReadOnly);
        _fixture.Time.Advance(CommitSchedule.Interval);

        Assert.Equal(!isReadOnly, session.ShouldCommit());
    }
}
