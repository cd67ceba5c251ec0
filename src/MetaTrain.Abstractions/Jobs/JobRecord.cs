namespace MetaTrain.Abstractions.Jobs;

/// <summary>What a person has asked of a job that its coordinator must obey.</summary>
public enum JobRequest
{
    /// <summary>Train on.</summary>
    Run,

    /// <summary>Commit and stop; the job can go on later.</summary>
    Pause,

    /// <summary>Stop for good.</summary>
    Cancel,
}

/// <summary>The durable part of a job outside its checkpoints.</summary>
[GenerateSerializer, Immutable, Alias("JobRecord")]
public sealed record JobRecord
{
    /// <summary>The job.</summary>
    [Id(0)] public required JobId Job { get; init; }

    /// <summary>The spec as submitted, as canonical JSON.</summary>
    [Id(1)] public required string SpecJson { get; init; }

    /// <summary>When it was submitted (UTC).</summary>
    [Id(2)] public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Its place in the queue's order: the earlier the smaller.</summary>
    [Id(3)] public required long Order { get; init; }

    /// <summary>Where it is in its life.</summary>
    [Id(4)] public JobState State { get; init; } = JobState.Queued;

    /// <summary>What a person has asked of it.</summary>
    [Id(5)] public JobRequest Request { get; init; } = JobRequest.Run;

    /// <summary>Why it failed, when it did.</summary>
    [Id(6)] public string? Failure { get; init; }

    /// <summary>The last full status, for when no coordinator is alive.</summary>
    [Id(7)] public JobStatus? LastStatus { get; init; }

    /// <summary>The local cluster that owns the job, when it was submitted by <c>metatrain train</c>; others leave it alone.</summary>
    [Id(8)] public string? Owner { get; init; }

    /// <summary>When it ended (UTC).</summary>
    [Id(9)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The content's SHA-256 of the data set that it was submitted with, whatever is imported under that name later; null for tasks that are made up.</summary>
    [Id(10)] public string? DatasetSha256 { get; init; }
}
