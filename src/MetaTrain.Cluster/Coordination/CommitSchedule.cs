namespace MetaTrain.Cluster.Coordination;

/// <summary>When a version is committed: every so many iterations or seconds, whichever comes first, and wherever the trajectory demands it.</summary>
internal sealed class CommitSchedule(long every, TimeProvider time)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _lastVersion = -1;
    private long _lastTime = time.GetTimestamp();

    /// <summary>True when a version should be committed now.</summary>
    /// <param name="version">The newest version.</param>
    /// <param name="demanded">True when the trajectory cannot do without this one.</param>
    public bool IsDue(long version, bool demanded) =>
        version > _lastVersion && (demanded || version % every == 0 || time.GetElapsedTime(_lastTime) >= Interval);

    /// <summary>Notes that a version is on its way to the store.</summary>
    public void Started(long version)
    {
        _lastVersion = version;
        _lastTime = time.GetTimestamp();
    }
}
