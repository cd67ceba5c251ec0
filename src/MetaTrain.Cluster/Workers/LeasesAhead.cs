using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// The blocks that a silo's workers compute after those that they have: known beforehand, so that no device waits for an answer between two
/// short blocks. Whoever uses it locks it.
/// </summary>
internal sealed class LeasesAhead
{
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly List<ReturnedLease> _returned = [];

    // Who serves the job; of these, who begins with a block that it knew, and for whom a call that is under way asks.
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wanting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>True when nobody has a second block.</summary>
    public bool IsEmpty => _leases.Count == 0 && _returned.Count == 0;

    /// <summary>True while a call asks for such blocks.</summary>
    public bool IsAsking => _asked.Count > 0;

    /// <summary>True while a call asks for such a block for the worker.</summary>
    public bool IsAskedFor(string worker) => _asked.Contains(worker);

    /// <summary>True when the worker's next block is known, or a call brings it or none: no other call asks for the worker.</summary>
    public bool HasOrAsksFor(string worker) => _leases.ContainsKey(worker) || IsAskedFor(worker);

    /// <summary>A worker serves the job.</summary>
    public void Enter(string worker) => _present.Add(worker);

    /// <summary>A worker's next block, if it is known.</summary>
    public Lease? Find(string worker) => _leases.GetValueOrDefault(worker);

    /// <summary>True while a worker has a block of the round before it.</summary>
    public bool HasOf((long Epoch, RoundId Round) round) => _leases.Values.Any(lease => (lease.Epoch, lease.Round) == round);

    /// <summary>A worker begins with a block that it did not have to ask for: it will want another one.</summary>
    public void Want(string worker) => _wanting.Add(worker);

    /// <summary>A worker has begun with the block that it knew.</summary>
    public void Begin(string worker) => _leases.Remove(worker);

    /// <summary>Whom to ask for: the workers that ask for a block now, and those that began with one they knew.</summary>
    /// <param name="asking">Those that ask for a block now.</param>
    public ImmutableArray<string> Ask(IEnumerable<string> asking)
    {
        _asked.UnionWith(asking);
        _asked.UnionWith(_wanting);
        _wanting.Clear();
        return [.. _asked];
    }

    /// <summary>Forgets who wants one: no block is left.</summary>
    public void Drop() => _wanting.Clear();

    /// <summary>The call that asked is over.</summary>
    public void Answered() => _asked.Clear();

    /// <summary>Keeps a worker's next block; gives it back when the worker serves another job meanwhile.</summary>
    public void Keep(string worker, Lease lease)
    {
        if (!_present.Contains(worker) || !_leases.TryAdd(worker, lease))
        {
            _returned.Add(new ReturnedLease(lease, worker));
        }
    }

    /// <summary>A worker serves another job from now on; its next block goes back.</summary>
    public void Leave(string worker)
    {
        _present.Remove(worker);
        _wanting.Remove(worker);
        if (_leases.Remove(worker, out Lease? lease))
        {
            _returned.Add(new ReturnedLease(lease, worker));
        }
    }

    /// <summary>What goes back with the next call.</summary>
    public ImmutableArray<ReturnedLease> TakeReturned()
    {
        ImmutableArray<ReturnedLease> returned = [.. _returned];
        _returned.Clear();
        return returned;
    }

    /// <summary>What could not be given back is offered again.</summary>
    public void Untake(IEnumerable<ReturnedLease> returned) => _returned.AddRange(returned);
}
