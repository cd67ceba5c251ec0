using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Jobs;

/// <summary>Everything a person or a program may want to know of a job: an immutable snapshot.</summary>
[GenerateSerializer, Immutable, Alias("JobStatus")]
public sealed record JobStatus
{
    /// <summary>The job.</summary>
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>The spec's name.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Where the job is in its life.</summary>
    [Id(2)] public required JobState State { get; init; }

    /// <summary>Meta-iterations stepped so far: the version of the newest parameters.</summary>
    [Id(3)] public long Iteration { get; init; }

    /// <summary>The newest version that is safe in the store.</summary>
    [Id(4)] public long CommittedIteration { get; init; }

    /// <summary>Meta-iterations asked for.</summary>
    [Id(5)] public long Iterations { get; init; }

    /// <summary>SHA-256 of the newest parameters (ordinal name order, row-major, little-endian float32), in lower-case hexadecimal.</summary>
    [Id(6)] public string? ParametersSha256 { get; init; }

    /// <summary>Mean query loss of the latest meta-iteration.</summary>
    [Id(7)] public double? MetaLoss { get; init; }

    /// <summary>Mean query accuracy of the latest meta-iteration; null for regression.</summary>
    [Id(8)] public double? MetaAccuracy { get; init; }

    /// <summary>Meta-losses of the run so far, evenly thinned to at most 120 points: for a sparkline.</summary>
    [Id(9)] public ImmutableArray<double> LossHistory { get; init; } = [];

    /// <summary>The final evaluation when there is one, else the latest on the validation split.</summary>
    [Id(10)] public EvaluationSummary? Evaluation { get; init; }

    /// <summary>Evaluations on the validation split, oldest first: the latest 200, the best of all among them.</summary>
    [Id(11)] public ImmutableArray<EvaluationSummary> Validations { get; init; } = [];

    /// <summary>The version with the best validation, by which <c>--at best</c> chooses.</summary>
    [Id(12)] public long? BestIteration { get; init; }

    /// <summary>Seconds in which meta-iterations were computed, over all coordinators of this job.</summary>
    [Id(13)] public double TrainingSeconds { get; init; }

    /// <summary>Seconds since the job was submitted, or until it ended.</summary>
    [Id(14)] public double WallSeconds { get; init; }

    /// <summary>Tasks adapted per second over the last few seconds (while running) or the whole training (when ended).</summary>
    [Id(15)] public double TasksPerSecond { get; init; }

    /// <summary>The device class that the job's bits belong to.</summary>
    [Id(16)] public string? Device { get; init; }

    /// <summary>The compute plan that the job's bits belong to.</summary>
    [Id(17)] public JobPlan? Plan { get; init; }

    /// <summary>Who computed for it.</summary>
    [Id(18)] public ImmutableArray<WorkerContribution> Workers { get; init; } = [];

    /// <summary>Blocks leased again because a worker was lost or late.</summary>
    [Id(19)] public long BlocksReissued { get; init; }

    /// <summary>How many coordinators this job has had: the fencing epoch.</summary>
    [Id(20)] public long Epoch { get; init; }

    /// <summary>Why the job failed, in one sentence with the remedy; null unless failed.</summary>
    [Id(21)] public string? Failure { get; init; }

    /// <summary>Time since the last commit, in seconds.</summary>
    [Id(22)] public double? SecondsSinceCommit { get; init; }

    /// <summary>How many learned values a version has.</summary>
    [Id(23)] public long ParameterCount { get; init; }

    /// <summary>Why a running job makes no progress (no workers, device classes differ, store unreachable); null when it does.</summary>
    [Id(24)] public string? Stalled { get; init; }

    /// <summary>When the job was submitted (UTC).</summary>
    [Id(25)] public DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The silo whose coordinator has the job; null when none has.</summary>
    [Id(26)] public string? Coordinator { get; init; }

    /// <summary>The silos that add up and step on a range of the parameters each; empty when the coordinator's does all.</summary>
    [Id(27)] public ImmutableArray<string> Aggregators { get; init; } = [];
}

/// <summary>What one worker has computed for a job.</summary>
[GenerateSerializer, Immutable, Alias("WorkerContribution")]
public sealed record WorkerContribution(
    [property: Id(0)] string Id,
    [property: Id(1)] long Blocks,
    [property: Id(2)] string Doing);

/// <summary>How the tasks of an iteration are cut and by which path they are computed. A pure function of (spec, device class, build).</summary>
[GenerateSerializer, Immutable, Alias("JobPlan")]
public sealed record JobPlan(
    [property: Id(0)] int BlockSize,
    [property: Id(1)] int Blocks,
    [property: Id(2)] string Path);
