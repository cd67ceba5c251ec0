using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Cluster.Transfers;

namespace MetaTrain.Cluster.Workers;

/// <summary>The versions of parameters that this silo's workers compute with: each pulled once, shared by reference.</summary>
/// <param name="read">Reads a version of an epoch, wherever its job keeps it.</param>
/// <param name="transfers">Fetches what came as a ticket.</param>
/// <param name="instruments">Told how long that took.</param>
/// <param name="time">The clock.</param>
internal sealed class ParameterCache(
    Func<JobId, long, long, Task<FloatVector?>> read, TransferClient transfers, ClusterInstruments instruments, TimeProvider time)
{
    private const int Capacity = 8;

    // Of large models only the newest version is kept, and the one before it, with which a straggler may still compute.
    private const int AlwaysKept = 2;
    private const long MostBytes = 256L << 20;

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
            }
            else
            {
                _recent.Remove(node);
            }

            _recent.AddFirst(node);
            Trim();
            pull = node.Value.Values;
        }

        try
        {
            FloatVector? values = await pull;
            if (values is null)
            {
                // Nobody had it then; a version is needed again when somebody asks for its evaluation.
                Forget(key);
            }

            return values;
        }
        catch
        {
            Forget(key);
            throw;
        }
    }

    /// <summary>
    /// Takes a version that came without being asked for; fetches it, should only its ticket have come. Completes when it is here, or when
    /// that failed: whoever gets it hears of the failure.
    /// </summary>
    public async Task PutAsync(JobId job, ParameterSnapshot snapshot)
    {
        Key key = new(job, snapshot.Epoch, snapshot.Version);
        Task<FloatVector?> values = MeasureAsync(job, BringAsync(snapshot.Values));
        lock (_gate)
        {
            if (Find(key) is { } known)
            {
                _recent.Remove(known);
            }

            _recent.AddFirst((key, values));
            Trim();
        }

        await ((Task)values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task<FloatVector?> PullAsync(Key key) => MeasureAsync(key.Job, read(key.Job, key.Epoch, key.Version));

    private async Task<FloatVector?> MeasureAsync(JobId job, Task<FloatVector?> pull)
    {
        long start = time.GetTimestamp();
        FloatVector? here = await pull.ConfigureAwait(false);
        instruments.ParametersPulled(JobNames.LabelOf(job), time.GetElapsedTime(start));
        return here;
    }

    private async Task<FloatVector?> BringAsync(FloatVector values) => await transfers.BringAsync(values).ConfigureAwait(false);

    private void Trim()
    {
        (int count, long bytes) = (0, 0);
        for (LinkedListNode<(Key Key, Task<FloatVector?> Values)>? node = _recent.First, next; node is not null; node = next)
        {
            next = node.Next;
            count++;
            bytes += node.Value.Values is { IsCompletedSuccessfully: true } values ? (long)(values.GetAwaiter().GetResult()?.Length ?? 0) * sizeof(float) : 0;
            if (count > Capacity || (count > AlwaysKept && bytes > MostBytes))
            {
                _recent.Remove(node);
            }
        }
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
