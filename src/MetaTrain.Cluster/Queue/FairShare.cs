using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Queue;

/// <summary>
/// Which job a worker serves: of the jobs with the highest priority that have work for its device class, the one that has had the least
/// worker time so far; of equals, the earlier. A worker stays where it is until the difference is worth the change.
/// </summary>
internal sealed class FairShare(TimeProvider time)
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    private readonly Dictionary<JobId, Entry> _jobs = [];
    private readonly Dictionary<string, (JobId Job, long Since)> _serving = new(StringComparer.Ordinal);

    /// <summary>Adds a job, or changes what is known of it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="priority">The higher, the sooner.</param>
    /// <param name="order">Its place in the queue.</param>
    /// <param name="hasWork">True when workers are of use to it now.</param>
    /// <param name="deviceClass">The only device class it admits; null when it admits any.</param>
    public void Set(JobId job, int priority, long order, bool hasWork, string? deviceClass)
    {
        if (!_jobs.TryGetValue(job, out Entry? entry))
        {
            _jobs.Add(job, entry = new Entry());
        }

        if (hasWork && !entry.HasWork)
        {
            // Whoever comes (back) shares from now on: it has no claim on the time in which it had nothing to do.
            entry.Served = Max(entry.Served, _jobs.Values.Where(static other => other.HasWork).Select(static other => other.Served).DefaultIfEmpty().Min());
        }

        (entry.Priority, entry.Order, entry.HasWork, entry.DeviceClass) = (priority, order, hasWork, deviceClass);
    }

    /// <summary>The job for a worker; null when none has work for it.</summary>
    public JobId? Assign(string worker, string deviceClass)
    {
        Charge(worker);
        JobId? current = _serving.TryGetValue(worker, out (JobId Job, long Since) serving) ? serving.Job : null;
        List<KeyValuePair<JobId, Entry>> open = [.. _jobs.Where(job => job.Value.HasWork && (job.Value.DeviceClass ?? deviceClass) == deviceClass)];
        if (open.Count == 0)
        {
            _serving.Remove(worker);
            return null;
        }

        int top = open.Max(static job => job.Value.Priority);
        KeyValuePair<JobId, Entry> least = open.Where(job => job.Value.Priority == top)
            .MinBy(static job => (job.Value.Served, job.Value.Order));
        JobId chosen = current is { } stay && _jobs[stay] is { HasWork: true } entry && entry.Priority == top
            && (entry.DeviceClass ?? deviceClass) == deviceClass && entry.Served - least.Value.Served < Slice
            ? stay
            : least.Key;
        _serving[worker] = (chosen, time.GetTimestamp());
        return chosen;
    }

    /// <summary>Forgets a worker.</summary>
    public void Leave(string worker) => _serving.Remove(worker);

    private void Charge(string worker)
    {
        if (_serving.TryGetValue(worker, out (JobId Job, long Since) serving))
        {
            _jobs[serving.Job].Served += time.GetElapsedTime(serving.Since);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed class Entry
    {
        public int Priority { get; set; }

        public long Order { get; set; }

        public bool HasWork { get; set; }

        public string? DeviceClass { get; set; }

        public TimeSpan Served { get; set; }
    }
}
