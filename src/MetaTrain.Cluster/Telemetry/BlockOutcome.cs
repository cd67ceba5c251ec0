namespace MetaTrain.Cluster.Telemetry;

/// <summary>What became of a block's result at its coordinator.</summary>
public enum BlockOutcome
{
    /// <summary>The first result of its node: counted.</summary>
    Accepted,

    /// <summary>The node was known already, with the same bits: dropped.</summary>
    Duplicate,

    /// <summary>It belonged to another epoch or to a round that is over: dropped.</summary>
    Late,

    /// <summary>A loss in it was not finite, or it could not be computed.</summary>
    Failed,
}

/// <summary>Why a block was leased once more.</summary>
public enum ReissueReason
{
    /// <summary>Its lease ran out.</summary>
    Expired,

    /// <summary>The worker's silo died.</summary>
    WorkerLost,

    /// <summary>The worker drained without returning it.</summary>
    Drained,

    /// <summary>A straggler's block, leased to a second worker to be done sooner.</summary>
    Straggler,
}

/// <summary>What a worker does, for the gauge of workers.</summary>
public enum WorkerActivity
{
    /// <summary>No job wants it.</summary>
    Idle,

    /// <summary>It serves a job that has no block for it at the moment.</summary>
    Waiting,

    /// <summary>Its device computes a block.</summary>
    Computing,

    /// <summary>It finishes its block and takes no more.</summary>
    Draining,
}
