namespace MetaTrain.Abstractions.Jobs;

/// <summary>Where a job is in its life.</summary>
public enum JobState
{
    /// <summary>Accepted; no worker has computed for it yet.</summary>
    Queued,

    /// <summary>Workers compute its meta-iterations.</summary>
    Running,

    /// <summary>Stopped by a person, committed, and able to go on.</summary>
    Paused,

    /// <summary>All meta-iterations are committed; the final evaluation runs.</summary>
    Evaluating,

    /// <summary>Finished: trained, evaluated and committed.</summary>
    Completed,

    /// <summary>Ended by an error, which <see cref="JobStatus.Failure"/> names.</summary>
    Failed,

    /// <summary>Ended by a person.</summary>
    Cancelled,
}

/// <summary>Questions one asks of a <see cref="JobState"/>.</summary>
public static class JobStates
{
    /// <summary>True when nothing will change any more.</summary>
    public static bool IsFinal(this JobState state) => state is JobState.Completed or JobState.Failed or JobState.Cancelled;
}
