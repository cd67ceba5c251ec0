using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Placement;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Results: what counts, and what follows when a round is whole.</summary>
internal sealed partial class JobSession
{
    /// <summary>True when the training round is whole and may be stepped on. A paused job stays at the version that its pause committed.</summary>
    public bool CanStep => Failure is null && !IsPaused && _training?.Sum is not null;

    /// <summary>True when training waits for a validation that must enter at this iteration.</summary>
    public bool MustSettle => OpenValidations.Any(version => _validations.EntersAt(version) <= Trajectory.Iteration);

    /// <summary>Takes a worker's result. Late, foreign and repeated results are normal and change nothing.</summary>
    public Acceptance? Accept(NodeResult result)
    {
        if (result.Epoch != Epoch || Failure is not null)
        {
            return null;
        }

        Round? round = OpenRounds().FirstOrDefault(open => open.Id == result.Round);
        if (round is null)
        {
            if (_finished.FirstOrDefault(finished => finished.Id == result.Round) is { } finished && finished.Contradicts(result))
            {
                FailContradiction(finished, result);
            }

            return null;
        }

        if (result.Failure is { } failure)
        {
            Fail(round, $"Worker {WorkerKey.DisplayName(result.Workers[0])} could not compute block {result.Node.Index} of {Describe(round)}: {failure}");
            return null;
        }

        if (result.NonFiniteTask is { } task)
        {
            Fail(round, $"The loss or gradient of episode {task} in block {task / round.Partition.BlockSize} of {Describe(round)} is not finite: {Remedy(round)}.");
            return null;
        }

        int expected = round.Id.Kind == RoundKind.Training && !_settings.IsRanged ? _settings.ParameterCount : 0;
        if (result.Gradient.Length != expected)
        {
            Fail($"Worker {WorkerKey.DisplayName(result.Workers[0])} returned {result.Gradient.Length} gradient values instead of {expected}: it runs another build of MetaTrain.");
            return null;
        }

        Acceptance acceptance = round.Accept(result);
        if (acceptance == Acceptance.Contradiction)
        {
            FailContradiction(round, result);
        }
        else if (acceptance == Acceptance.Counted)
        {
            foreach (string name in result.Workers.Select(WorkerKey.DisplayName))
            {
                Trajectory.BlocksByWorker[name] = Trajectory.BlocksByWorker.GetValueOrDefault(name) + 1;
            }
        }

        return acceptance;
    }

    /// <summary>The sum to step on, when <see cref="CanStep"/>.</summary>
    public BlockSum StepSum => _training!.Sum!;

    /// <summary>Which sums of the training round count, when <see cref="CanStep"/>.</summary>
    public RangeSums StepSums => new()
    {
        Round = _training!.Id,
        Blocks = _training.Partition.Blocks,
        Tasks = StepSum.Count,
        Nodes = [.. _training.Nodes],
        Needed = [.. Versions],
    };

    /// <summary>Makes the parameters after the training round's step the newest version, and opens what follows. Returns how long the iteration took.</summary>
    public TimeSpan Stepped(float[] next)
    {
        Round round = _training!;
        TimeSpan elapsed = _time.GetElapsedTime(round.StartedAt);
        Trajectory.Stepped(next, round.Sum!, elapsed);
        _homes = _homes.For(round.Workers);
        _rate.Add(round.Sum!.Count);
        long version = Trajectory.Iteration;
        if (_validations.IsDue(version))
        {
            OpenValidation(version, Trajectory.Parameters);
        }

        OpenTraining();
        Close(round);
        return elapsed;
    }

    /// <summary>The evaluation rounds that are whole and may be closed: validations strictly in order of version, each at its fixed iteration.</summary>
    public IEnumerable<(Round Round, EvaluationSummary Summary)> TakeEvaluations()
    {
        bool isEarlierOpen = false;
        foreach (Round round in _evaluations.Values.ToList())
        {
            bool isValidation = round.Id.Number >= 0 && round.Id.Number != EvaluationPlans.FinalNumber;
            if (round.Sum is not { } sum || (isValidation && (isEarlierOpen || _validations.EntersAt(round.Version) > Trajectory.Iteration)))
            {
                isEarlierOpen |= isValidation;
                continue;
            }

            _evaluations.Remove(round.Id);
            EvaluationSummary summary = EvaluationSums.Summarize(
                round.Evaluation!, round.Version, _settings.EvaluationMetrics(round.Evaluation!), sum, _settings.DataNote);
            if (isValidation)
            {
                // A job keeps all its validations and shows them every second: without groups and classes, of which there may be many.
                Trajectory.Validated(summary with { Groups = [], Classes = [] }, _settings.Spec.Checkpoint.KeepBest);
            }
            else
            {
                summary = summary with { ParametersSha256 = CheckpointCodec.Hash(_versions[round.Version].Span) };
            }

            Close(round);
            yield return (round, summary);
        }
    }

    /// <summary>True when the newest version is to be committed now. A version whose validation is still out must be in the store for it.</summary>
    public bool ShouldCommit() => !IsReadOnly && !MustSettle
        && _commits.IsDue(Trajectory.Iteration, OpenValidations.Contains(Trajectory.Iteration) || Trajectory.Iteration == Iterations);

    /// <summary>
    /// Notes that the newest version is on its way to the store. One that still lacks a validation that belongs to it, because somebody asked
    /// for it at once, does not count: it is committed again with it.
    /// </summary>
    public void CommitStarted()
    {
        if (!MustSettle)
        {
            _commits.Started(Trajectory.Iteration);
        }
    }

    private static string Remedy(Round round) => round.Id.Kind == RoundKind.Training
        ? "lower algorithm.innerLearningRate or meta.learningRate, or clip the meta-gradient (meta.clipNorm)"
        : "take fewer inner steps there (--inner-steps, or innerSteps of the spec's evaluation), or train with a lower algorithm.innerLearningRate; the version itself is kept";

    private void FailContradiction(Round round, NodeResult result) =>
        Fail($"Worker {WorkerKey.DisplayName(result.Workers[0])} computed other bits for block {result.Node.Index << result.Node.Level} of {Describe(round)} than another worker did: "
            + "the same parameters are no longer certain; check that all silos run one build on one kind of processor (metatrain workers), and the memory of the machine.");
}
