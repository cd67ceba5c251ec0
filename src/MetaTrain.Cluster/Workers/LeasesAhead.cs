using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// The blocks that a silo's workers compute after those that they have: known beforehand, so that no device waits for an answer between two
/// short blocks. Whoever uses it locks it.
/// </summary>
internal sealed class LeasesAhead
{
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wanting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<ReturnedLease> _returned = [];

    /// <summary>True when nobody has a second block.</summary>
    public bool IsEmpty => _leases.Count == 0 && _returned.Count == 0;

    /// <summary>True while a call asks for such blocks.</summary>
    public bool IsAsking => _asked.Count > 0;

    /// <summary>True while a call asks for such a block for the worker.</summary>
    public bool IsAskedFor(string worker) => _asked.Contains(worker);

    /// <summary>A worker's next block, if it is known: the worker will want another one.</summary>
    public Lease? Take(string worker)
    {
        _present.Add(worker);
        if (!_leases.Remove(worker, out Lease? lease))
        {
            return null;
        }

        _wanting.Add(worker);
        return lease;
    }

    /// <summary>Whom to ask for: the workers that ask for a block now, and those that began with one they knew.</summary>
    /// <param name="asking">Those that ask for a block now.</param>
    public IReadOnlyCollection<string> Ask(IEnumerable<string> asking)
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

    /// <summary>Keeps a worker's next block. False when the worker serves another job meanwhile: the block goes back.</summary>
    public bool Keep(string worker, Lease lease)
    {
        if (_present.Contains(worker))
        {
            _leases[worker] = lease;
            return true;
        }

        _returned.Add(new ReturnedLease(lease, worker));
        return false;
    }

    /// <summary>A worker serves another job from now on; its next block goes back. Null when it knew none.</summary>
    public Lease? Leave(string worker)
    {
        _present.Remove(worker);
        _wanting.Remove(worker);
        if (_leases.Remove(worker, out Lease? lease))
        {
            _returned.Add(new ReturnedLease(lease, worker));
        }

        return lease;
    }

    /// <summary>What goes back with the next call.</summary>
    public IReadOnlyList<ReturnedLease> TakeReturned()
    {
        List<ReturnedLease> returned = [.. _returned];
        _returned.Clear();
        return returned;
    }

    /// <summary>What could not be given back is offered again.</summary>
    public void Untake(IEnumerable<ReturnedLease> returned) => _returned.AddRange(returned);
}
