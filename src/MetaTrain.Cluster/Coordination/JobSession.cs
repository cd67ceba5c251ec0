using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Decides everything about one job under one epoch: which block to lease, which result counts, when to step, when a validation
/// enters, when to commit, when to give up. No I/O, no clock but the injected one; its grain calls it from one turn at a time.
/// </summary>
internal sealed partial class JobSession
{
    private const int RememberedRounds = 4;

    private readonly TimeProvider _time;
    private readonly SessionSettings _settings;
    private readonly Action<RunEventKind, string> _note;
    private readonly BlockTimes _trainingTimes = new();
    private readonly BlockTimes _evaluationTimes = new();
    private readonly RateMeter _rate;
    private readonly CommitSchedule _commits;
    private readonly ValidationSchedule _validations;
    private readonly SortedDictionary<RoundId, Round> _evaluations = new(RoundOrder.Instance);
    private readonly Dictionary<long, FloatVector> _versions = [];

    // What earlier coordinators noted of blocks that this one may not have come to yet.
    private readonly Dictionary<(RoundId Round, int Block), int> _earlierLosses = [];
    private readonly LinkedList<Round> _finished = new();
    private Round? _training;
    private HomeBlocks _homes = HomeBlocks.None;

    public JobSession(SessionSettings settings, long epoch, Trajectory trajectory, TimeProvider time, Action<RunEventKind, string> note)
    {
        _settings = settings;
        _time = time;
        _note = note;
        _rate = new RateMeter(time);
        _commits = new CommitSchedule(settings.Spec.Checkpoint.Every, time);
        _validations = new ValidationSchedule(settings.Spec.Evaluation.Validation, settings.Spec.Meta.Iterations);
        Epoch = epoch;
        Trajectory = trajectory;
    }

    public long Epoch { get; }

    public Trajectory Trajectory { get; }

    public SessionSettings Settings => _settings;

    public long Iterations => _settings.Spec.Meta.Iterations;

    /// <summary>True for a job that is only evaluated: nothing of it is committed.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>True while no training block is leased at a person's wish.</summary>
    public bool IsPaused { get; set; }

    /// <summary>True after a crash, until a commit lies behind whatever may have caused it: every lease is noted in the store before its work starts.</summary>
    public bool IsCareful { get; private set; }

    /// <summary>Why the job must end; null while it may go on.</summary>
    public string? Failure { get; private set; }

    /// <summary>True when every meta-iteration is stepped and every validation is in.</summary>
    public bool IsTrained => Trajectory.Iteration >= Iterations && OpenValidations.Length == 0;

    /// <summary>True when a block could be leased now or soon.</summary>
    public bool HasWork => Failure is null
        && (IsPaused ? _evaluations.Values.Any(static round => round.IsRequested) : !IsTrained || _evaluations.Count > 0);

    /// <summary>The versions whose validation is not in yet.</summary>
    public long[] OpenValidations => [.. _evaluations.Keys.Where(static id => id.Number >= 0 && id.Number != EvaluationPlans.FinalNumber).Select(static id => id.Number)];

    public double TasksPerSecond => _rate.PerSecond();

    public int LeasesOut => (_training?.Leases.Out ?? 0) + _evaluations.Values.Sum(static round => round.Leases.Out);

    /// <summary>Opens the rounds that a fresh or restored trajectory needs.</summary>
    public void Open()
    {
        foreach (long version in _validations.Recent(Trajectory.Iteration).Except(Trajectory.Validations.Select(static validation => validation.At)))
        {
            if (version == Trajectory.Iteration)
            {
                OpenValidation(version, Trajectory.Parameters);
            }
            else
            {
                MissingVersions.Add(version);
            }
        }

        OpenTraining();
    }

    /// <summary>Versions before the restored one whose validation must be done again: the grain reads their parameters from the store.</summary>
    public List<long> MissingVersions { get; } = [];

    public void OpenValidation(long version, float[] parameters)
    {
        EvaluationWork work = EvaluationPlans.Validation(_settings.Spec.Evaluation, _settings.TrainingShape);
        OpenEvaluation(version, version, parameters, work, _settings.Spec.Evaluation.Validation!.Episodes);
    }

    public void OpenEvaluation(long number, long version, float[] parameters, EvaluationWork work, int episodes)
    {
        RoundId id = new(RoundKind.Evaluation, number);
        _doing = null;
        _versions[version] = new FloatVector(parameters);
        _evaluations[id] = WithEarlierLosses(new Round(id, version, new BlockPartition(episodes, _settings.Plan.BlockSize), _evaluationTimes, _time, work));
    }

    /// <summary>The parameters of a version; null when no open round needs it.</summary>
    public FloatVector? Parameters(long version) => _versions.GetValueOrDefault(version);

    /// <summary>The versions that open rounds need.</summary>
    public IEnumerable<long> Versions => _versions.Keys;

    /// <summary>How far an evaluation is; null when it is not open.</summary>
    public long? EvaluationProgress(long number) =>
        _evaluations.TryGetValue(new RoundId(RoundKind.Evaluation, number), out Round? round)
            ? Math.Min(round.Partition.Tasks, (long)round.Leases.Done * round.Partition.BlockSize)
            : null;

    /// <summary>Told the number of an evaluation that somebody asked for and that cannot be done, and why.</summary>
    public Action<long, string>? EvaluationFailed { get; init; }

    /// <summary>Ends the job for a reason that its workers cannot mend.</summary>
    public void Fail(string failure) => Failure ??= failure;

    // What somebody asked for beside the training ends alone.
    private void Fail(Round round, string failure)
    {
        if (!round.IsRequested)
        {
            Fail(failure);
        }
        else if (_evaluations.Remove(round.Id))
        {
            Close(round);
            EvaluationFailed?.Invoke(round.Id.Number, failure);
        }
    }

    private void OpenTraining()
    {
        _training = null;
        _doing = null;
        if (Trajectory.Iteration < Iterations)
        {
            long version = Trajectory.Iteration;
            _versions[version] = new FloatVector(Trajectory.Parameters);
            RoundId id = new(RoundKind.Training, version);
            _training = WithEarlierLosses(
                new Round(id, version, new BlockPartition(_settings.Spec.Meta.TasksPerIteration, _settings.Plan.BlockSize), _trainingTimes, _time));
        }
    }

    private void Close(Round round)
    {
        _doing = null;
        _finished.AddFirst(round);
        if (_finished.Count > RememberedRounds)
        {
            _finished.RemoveLast();
        }

        HashSet<long> needed = [.. _evaluations.Values.Select(static open => open.Version), Trajectory.Iteration];
        foreach (long version in _versions.Keys.Where(version => !needed.Contains(version)).ToList())
        {
            _versions.Remove(version);
        }
    }

    private sealed class RoundOrder : IComparer<RoundId>
    {
        public static readonly RoundOrder Instance = new();

        // Validations in order of version, then the final one; what people asked for meanwhile comes first.
        public int Compare(RoundId x, RoundId y) => x.Number.CompareTo(y.Number);
    }
}
