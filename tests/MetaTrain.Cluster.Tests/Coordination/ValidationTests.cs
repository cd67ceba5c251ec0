using System.Collections.Immutable;
using CsCheck;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class ValidationTests
{
    private readonly SessionFixture _fixture = new();

    [Fact]
    public void Best_IsTheSame_ForAnyNumberOfWorkersAndAnyOrder() => Gen.Select(Gen.Int[1, 6], Gen.Int).Sample((workers, seed) =>
    {
        ValidationSpec validation = new() { Every = 4, Episodes = 9 };
        JobSession alone = _fixture.Open(iterations: 23, validation: validation);
        JobSession many = _fixture.Open(iterations: 23, validation: validation);
        _fixture.Run(alone, workers: 1, seed: 0);
        _fixture.Run(many, workers, seed);

        Assert.Equal([4, 8, 12, 16, 20, 23], many.Trajectory.Validations.Select(static v => v.At));
        Assert.Equal(alone.Trajectory.Best, many.Trajectory.Best);
        Assert.Equal(alone.Trajectory.Validations.Select(static v => v.Accuracy), many.Trajectory.Validations.Select(static v => v.Accuracy));
    }, iter: 50);

    [Fact]
    public void Training_WaitsForTheValidation_AtItsFixedIteration()
    {
        JobSession session = _fixture.Open(iterations: 20, tasks: 2, validation: new ValidationSpec { Every = 6, Episodes = 2 });
        Lease? validation = null;
        while (session.Trajectory.Iteration < 9)
        {
            Lease lease = session.TryLease("a/0@x")!;
            if (lease.Evaluation is not null)
            {
                validation = lease;
                continue;
            }

            session.Accept(SessionFixture.Compute(session, lease) with { Workers = ["a/0@x"] });
            SessionFixture.Advance(session);
            if (session.Trajectory.Iteration == 6)
            {
                Lease training = session.TryLease("b/0@x")!;
                validation = session.TryLease("v/0@x");
                session.Accept(SessionFixture.Compute(session, training) with { Workers = ["b/0@x"] });
                SessionFixture.Advance(session);
            }
        }

        Assert.Equal(6, validation!.Version);
        Assert.True(session.MustSettle);
        Assert.Null(session.TryLease("a/0@x"));
        session.Accept(SessionFixture.Compute(session, validation) with { Workers = ["v/0@x"] });
        SessionFixture.Advance(session);
        Assert.Equal(6, Assert.Single(session.Trajectory.Validations).At);
        Assert.Equal(RoundKind.Training, session.TryLease("a/0@x")!.Round.Kind);
    }

    [Fact]
    public void Validations_AreKeptWithoutGroupsAndClasses()
    {
        ImmutableArray<string> hits =
        [
            .. new[] { "group a", "class a/1" }.SelectMany(static of => new[]
            {
                $"queries of {of}", $"hits of {of}", $"queries by queries of {of}", $"queries by hits of {of}", $"hits by hits of {of}", $"episodes of {of}",
            }),
        ];
        JobSession session = _fixture.Open(
            iterations: 1, tasks: 1, blockSize: 1, validation: new ValidationSpec { Every = 1, Episodes = 1 }, metrics: hits);
        session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
        SessionFixture.Advance(session);
        NodeResult validation = SessionFixture.Compute(session, session.TryLease("a/0@x")!);
        session.Accept((validation with { Metrics = [1, 1, 4, 3, 16, 12, 9, 1, 4, 2, 16, 8, 4, 1] }).WithFingerprint());

        EvaluationSummary summary = Assert.Single(session.TakeEvaluations().ToList()).Summary;

        Assert.Equal([new GroupAccuracy("a", 0.75, 4)], summary.Groups);
        Assert.Equal([new GroupAccuracy("a/1", 0.5, 4)], summary.Classes);
        Assert.Empty(Assert.Single(session.Trajectory.Validations).Groups);
        Assert.Empty(Assert.Single(session.Trajectory.Validations).Classes);
        Assert.Null(summary.ParametersSha256);
    }

    [Fact]
    public void ShouldCommit_DemandsAVersion_WhoseValidationIsStillOut()
    {
        JobSession session = _fixture.Open(iterations: 12, validation: new ValidationSpec { Every = 5, Episodes = 3 }, checkpoint: new CheckpointSpec { Every = 1000 });

        List<long> commits = _fixture.Run(session, workers: 2, seed: 3);

        Assert.Contains(5, commits);
        Assert.Contains(10, commits);
        Assert.Equal(12, commits[^1]);
        Assert.Equal(commits.Distinct(), commits);
    }

    [Fact]
    public void Validations_EnterInTheOrderOfTheirVersions_AtTheEndToo()
    {
        JobSession session = _fixture.Open(iterations: 5, tasks: 1, blockSize: 1, validation: new ValidationSpec { Every = 4, Episodes = 1 });
        for (int iteration = 0; iteration < 5; iteration++)
        {
            session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
            session.Stepped([1, 2, 3, 4, 5]);
        }

        // Versions 4 and 5 both enter now that the training is over, and the later one's is here first.
        Lease[] validations = [session.TryLease("a/0@x")!, session.TryLease("b/0@x")!];
        Assert.Equal([4, 5], validations.Select(static lease => lease.Version).Order());
        session.Accept(SessionFixture.Compute(session, validations.MaxBy(static lease => lease.Version)!) with { Workers = ["b/0@x"] });
        Assert.Empty(session.TakeEvaluations().ToList());
        session.Accept(SessionFixture.Compute(session, validations.MinBy(static lease => lease.Version)!));
        Assert.Equal(2, session.TakeEvaluations().ToList().Count);

        Assert.Equal([4, 5], session.Trajectory.Validations.Select(static validation => validation.At));
    }

    [Fact]
    public void ShouldCommit_DemandsTheLastVersionAgain_WhenItWasCommittedBeforeItsValidation()
    {
        JobSession session = _fixture.Open(iterations: 1, tasks: 1, blockSize: 1, validation: new ValidationSpec { Every = 1, Episodes = 1 });
        session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
        session.Stepped([1, 2, 3, 4, 5]);
        Assert.True(session.MustSettle);

        // Somebody pauses the job, which commits it as it stands.
        session.IsPaused = true;
        session.CommitStarted();
        Assert.False(session.HasWork);
        session.IsPaused = false;
        Assert.True(session.HasWork);
        Assert.False(session.ShouldCommit());
        session.Accept(SessionFixture.Compute(session, session.TryLease("a/0@x")!));
        Assert.Single(session.TakeEvaluations().ToList());

        Assert.True(session.ShouldCommit());
        session.CommitStarted();
        Assert.False(session.ShouldCommit());
    }

    [Fact]
    public void Open_RepeatsAValidation_ThatWasOutWhenTheCoordinatorDied()
    {
        ValidationSpec validation = new() { Every = 6, Episodes = 3 };
        Trajectory trajectory = SessionFixture.NewTrajectory();
        trajectory.Restore(new TrajectoryProgress { Iteration = 8 });
        JobSession session = _fixture.Open(iterations: 20, validation: validation, trajectory: trajectory);

        Assert.Equal([6], session.MissingVersions);
        session.OpenValidation(6, new float[SessionFixture.ParameterCount]);
        Assert.Equal([6], session.OpenValidations);
    }

    [Fact]
    public void Open_RepeatsNothing_WhenTheValidationIsInTheCommit()
    {
        Trajectory trajectory = SessionFixture.NewTrajectory();
        trajectory.Restore(new TrajectoryProgress { Iteration = 8, Validations = [new() { At = 6, Split = "validation", Episodes = 3 }] });
        JobSession session = _fixture.Open(iterations: 20, validation: new ValidationSpec { Every = 6, Episodes = 3 }, trajectory: trajectory);

        Assert.Empty(session.MissingVersions);
        Assert.Empty(session.OpenValidations);
    }
}
