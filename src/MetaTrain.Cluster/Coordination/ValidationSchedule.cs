using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Which versions are validated, and at which later iteration each result enters the trajectory: both fixed by the spec,
/// so that the choice of the best version never depends on timing (the promise, 7).
/// </summary>
internal sealed class ValidationSchedule(ValidationSpec? spec, long iterations)
{
    private readonly long _lag = Math.Clamp((spec?.Every ?? 1) / 2, 1, 50);

    /// <summary>True when a version is validated: every so many iterations, and the last.</summary>
    public bool IsDue(long version) => spec is not null && version > 0 && (version % spec.Every == 0 || version == iterations);

    /// <summary>The iteration at which the validation of a version must be in: training waits there for it.</summary>
    public long EntersAt(long version) => Math.Min(iterations, version + _lag);

    /// <summary>The versions whose validation a trajectory at <paramref name="iteration"/> may still be waiting for.</summary>
    public IEnumerable<long> Recent(long iteration)
    {
        for (long version = Math.Max(0, iteration - _lag); version <= iteration; version++)
        {
            if (IsDue(version))
            {
                yield return version;
            }
        }
    }
}
