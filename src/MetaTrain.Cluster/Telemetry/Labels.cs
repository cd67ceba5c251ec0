using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Telemetry;

/// <summary>The label values: fixed, lower case, and independent of the names in code that dashboards must not depend on.</summary>
internal static class Labels
{
    internal static string Of(BlockOutcome outcome) => outcome switch
    {
        BlockOutcome.Accepted => "accepted",
        BlockOutcome.Duplicate => "duplicate",
        BlockOutcome.Late => "late",
        BlockOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "This outcome of a block has no label."),
    };

    internal static string Of(ReissueReason reason) => reason switch
    {
        ReissueReason.Expired => "expired",
        ReissueReason.WorkerLost => "worker_lost",
        ReissueReason.Drained => "drained",
        ReissueReason.Straggler => "straggler",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "This reason to lease a block again has no label."),
    };

    internal static string Of(WorkerActivity activity) => activity switch
    {
        WorkerActivity.Idle => "idle",
        WorkerActivity.Waiting => "waiting",
        WorkerActivity.Computing => "computing",
        WorkerActivity.Draining => "draining",
        _ => throw new ArgumentOutOfRangeException(nameof(activity), activity, "This activity of a worker has no label."),
    };

    internal static string Of(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Paused => "paused",
        JobState.Evaluating => "evaluating",
        JobState.Completed => "completed",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "This state of a job has no label."),
    };
}
