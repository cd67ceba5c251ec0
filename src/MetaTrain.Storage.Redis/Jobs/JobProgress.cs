using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Storage.Redis;

/// <summary>The part of a job's record that only its coordinator writes: a key of its own, so that a person's request never races with it.</summary>
internal sealed record JobProgress(JobState State, string? Failure, JobStatus? LastStatus, DateTimeOffset? EndedAt)
{
    public static JobProgress Of(JobRecord record) => new(record.State, record.Failure, record.LastStatus, record.EndedAt);

    public JobRecord ApplyTo(JobRecord record) => record with { State = State, Failure = Failure, LastStatus = LastStatus, EndedAt = EndedAt };
}
