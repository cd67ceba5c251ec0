using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// What a silo's workers have of one job's rounds: blocks that are out, sums that wait for them (<see cref="PartialSums"/>), and results that
/// go by themselves. Safe for concurrent use; sums are added outside the lock.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RoundResults(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(long Epoch, RoundId Round), PartialSums> _sums = [];
    private readonly List<NodeResult> _undelivered = [];
    private readonly Dictionary<(RoundId Round, int Block), long> _begunAt = [];
    private TimeSpan _blockTime;

    /// <summary>True when no block is out and nothing is held.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _undelivered.Count == 0 && _sums.Values.All(static sums => sums.IsEmpty);
            }
        }
    }

    /// <summary>About how long a block takes.</summary>
    public TimeSpan BlockTime
    {
        get
        {
            lock (_gate)
            {
                return _blockTime;
            }
        }
    }

    /// <summary>A worker has the block from now on.</summary>
    public void Begin(Lease lease)
    {
        lock (_gate)
        {
            if (!_sums.TryGetValue((lease.Epoch, lease.Round), out PartialSums? sums))
            {
                // Rounds that are over leave with the first lease of another one.
                _begunAt.Clear();
                foreach ((long Epoch, RoundId Round) over in _sums.Where(static entry => entry.Value.IsEmpty).Select(static entry => entry.Key).ToList())
                {
                    _sums.Remove(over);
                }

                _sums[(lease.Epoch, lease.Round)] = sums = new PartialSums(lease.Blocks);
            }

            sums.Leased(lease.Block);
            _begunAt[(lease.Round, lease.Block)] = time.GetTimestamp();
        }
    }

    /// <summary>A block comes back without a result.</summary>
    public void Release(Lease lease) => SumsOf((lease.Epoch, lease.Round))?.Released(lease.Block);

    /// <summary>Takes a block's result.</summary>
    public void Take(NodeResult result)
    {
        PartialSums? sums = SumsOf((result.Epoch, result.Round));
        Observe(result);
        if (sums is not null && result.Failure is null && result.NonFiniteTask is null)
        {
            sums.Add(result);
            return;
        }

        // What ends the job is not added to anything; nor is a result of a round that is over.
        sums?.Released(result.Node.Index);
        PutBack([result]);
    }

    /// <summary>True for a round of which this silo had a block, and that is not known to be over.</summary>
    public bool Knows((long Epoch, RoundId Round) round) => SumsOf(round) is not null;

    /// <summary>True while a worker of this silo has a block of the round out.</summary>
    public bool HasOut((long Epoch, RoundId Round) round) => SumsOf(round) is { HasOut: true };

    /// <summary>What waits for nothing on this silo.</summary>
    /// <param name="force">True to take all.</param>
    public ImmutableArray<NodeResult> TakeReady(bool force)
    {
        lock (_gate)
        {
            ImmutableArray<NodeResult> ready = [.. _undelivered, .. _sums.Values.SelectMany(sums => sums.TakeReady(force))];
            _undelivered.Clear();
            return ready;
        }
    }

    /// <summary>Results that leave with the next call, as they are.</summary>
    public void PutBack(IEnumerable<NodeResult> results)
    {
        lock (_gate)
        {
            _undelivered.AddRange(results);
        }
    }

    private PartialSums? SumsOf((long Epoch, RoundId Round) round)
    {
        lock (_gate)
        {
            return _sums.GetValueOrDefault(round);
        }
    }

    private void Observe(NodeResult result)
    {
        lock (_gate)
        {
            if (_begunAt.Remove((result.Round, result.Node.Index), out long since))
            {
                _blockTime = (_blockTime + time.GetElapsedTime(since)) / 2;
            }
        }
    }
}
