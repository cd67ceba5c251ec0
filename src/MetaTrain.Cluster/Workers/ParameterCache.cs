using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Cluster.Transfers;

namespace MetaTrain.Cluster.Workers;

/// <summary>The versions of parameters that this silo's workers compute with: each pulled once, shared by reference.</summary>
internal sealed class ParameterCache(IGrainFactory grains, TransferClient transfers, ClusterInstruments instruments, TimeProvider time)
{
    private const int Capacity = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<(Key Key, Task<FloatVector?> Values)> _recent = new();

    /// <summary>A version's values; null when the coordinator has no use for that version any more.</summary>
    public async Task<FloatVector?> GetAsync(JobId job, long epoch, long version)
    {
        Key key = new(job, epoch, version);
        Task<FloatVector?> pull;
        lock (_gate)
        {
            LinkedListNode<(Key Key, Task<FloatVector?> Values)>? node = Find(key);
            if (node is null)
            {
                node = new LinkedListNode<(Key, Task<FloatVector?>)>((key, PullAsync(key)));
                if (_recent.Count == Capacity)
                {
                    _recent.RemoveLast();
                }
            }
            else
            {
                _recent.Remove(node);
            }

            _recent.AddFirst(node);
            pull = node.Value.Values;
        }

        try
        {
            return await pull;
        }
        catch
        {
            Forget(key);
            throw;
        }
    }

    /// <summary>Takes a version that came without being asked for; fetches it, should only its ticket have come.</summary>
    public void Put(JobId job, ParameterSnapshot snapshot)
    {
        Key key = new(job, snapshot.Epoch, snapshot.Version);
        Task<FloatVector?> values = BringAsync(key, snapshot.Values);
        lock (_gate)
        {
            if (Find(key) is { } known)
            {
                _recent.Remove(known);
            }
            else if (_recent.Count == Capacity)
            {
                _recent.RemoveLast();
            }

            _recent.AddFirst((key, values));
        }
    }

    private async Task<FloatVector?> PullAsync(Key key)
    {
        ParameterSnapshot? snapshot = await grains.GetGrain<ICoordinatorGrain>(key.Job.Value).ReadParametersAsync(key.Epoch, key.Version).ConfigureAwait(false);
        return snapshot is null ? null : await BringAsync(key, snapshot.Values).ConfigureAwait(false);
    }

    private async Task<FloatVector?> BringAsync(Key key, FloatVector values)
    {
        long start = time.GetTimestamp();
        FloatVector here = await transfers.BringAsync(values).ConfigureAwait(false);
        instruments.ParametersPulled(JobNames.LabelOf(key.Job), time.GetElapsedTime(start));
        return here;
    }

    private LinkedListNode<(Key Key, Task<FloatVector?> Values)>? Find(Key key)
    {
        for (LinkedListNode<(Key Key, Task<FloatVector?> Values)>? node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Key == key)
            {
                return node;
            }
        }

        return null;
    }

    private void Forget(Key key)
    {
        lock (_gate)
        {
            if (Find(key) is { } node)
            {
                _recent.Remove(node);
            }
        }
    }

    private readonly record struct Key(JobId Job, long Epoch, long Version);
}
