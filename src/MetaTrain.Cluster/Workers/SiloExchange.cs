using System.Collections.Concurrent;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Workers;

/// <summary>What the workers of this silo exchange with coordinators, together: one call for several of them, and one sum for several blocks.</summary>
internal sealed class SiloExchange(JobLinks links, ParameterCache parameters, SiloDevices devices, TimeProvider time)
{
    private const int Capacity = 16;

    private readonly ConcurrentDictionary<JobId, JobExchange> _jobs = new();

    /// <summary>A worker's turn: what it has finished, for its next block.</summary>
    public Task<Turn> TurnAsync(JobId job, string worker, NodeResult? finished) => Of(job).TurnAsync(worker, finished);

    /// <summary>A worker serves another job from now on: delivers its last result and gives back what it would have computed next.</summary>
    public Task LeaveAsync(JobId job, string worker, NodeResult? last) => Of(job).LeaveAsync(worker, last);

    /// <summary>A block comes back without a result.</summary>
    public void Release(Lease lease) => Of(lease.Job).Release(lease);

    private JobExchange Of(JobId job)
    {
        if (_jobs.TryGetValue(job, out JobExchange? known))
        {
            return known;
        }

        JobExchange exchange = _jobs.GetOrAdd(job, added => new JobExchange(
            links.Of(added).ExchangeAsync, snapshot => parameters.PutAsync(added, snapshot), devices.DeviceClass, time));
        foreach ((JobId other, JobExchange idle) in _jobs)
        {
            if (_jobs.Count > Capacity && other != job && idle.IsIdle)
            {
                _jobs.TryRemove(other, out _);
                links.Forget(other);
            }
        }

        return exchange;
    }
}
