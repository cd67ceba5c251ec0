namespace MetaTrain.Cluster.Queue;

/// <summary>Which jobs of the store a cluster runs.</summary>
public sealed class CoordinationOptions
{
    /// <summary>
    /// True for a cluster that runs only the jobs it owns, such as that of <c>metatrain train</c>: it never touches other unfinished jobs of the store.
    /// False for a cluster that stays: it runs every job that nobody owns.
    /// </summary>
    public bool OwnedJobsOnly { get; set; }

    /// <summary>True when a cluster of this id may run a job of that owner.</summary>
    public bool Runs(string? owner, string clusterId) => owner is null ? !OwnedJobsOnly : owner == clusterId;
}
