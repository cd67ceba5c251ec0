namespace MetaTrain.Cluster.Coordination;

/// <summary>Who has which block of a round out, until when, and how often each was lost. Decides; does nothing itself.</summary>
internal sealed class LeaseTable(int blocks, BlockTimes times, TimeProvider time)
{
    /// <summary>A block lost so often fails the job: it may be what kills the workers.</summary>
    public const int MaxLosses = 3;

    private readonly Entry[] _entries = [.. Enumerable.Range(0, blocks).Select(static _ => new Entry())];
    private int _done;

    public bool AllDone => _done == _entries.Length;

    public int Done => _done;

    public int Out => _entries.Count(static entry => !entry.Done && entry.Holders.Count > 0);

    /// <summary>Blocks that are neither done nor out.</summary>
    public int Free => _entries.Count(static entry => !entry.Done && entry.Holders.Count == 0);

    /// <summary>The blocks that are out now, with their losses so far.</summary>
    public IEnumerable<(int Block, int Losses)> Outstanding =>
        _entries.Select(static (entry, block) => (entry, block)).Where(static pair => !pair.entry.Done && pair.entry.Holders.Count > 0)
            .Select(static pair => (pair.block, pair.entry.Losses));

    /// <summary>The first block that a worker has out; null when it has none.</summary>
    public int? Held(Predicate<string> worker)
    {
        int block = Array.FindIndex(_entries, entry => !entry.Done && entry.Holders.Exists(holder => worker(holder.Worker)));
        return block < 0 ? null : block;
    }

    public int Losses(int block) => _entries[block].Losses;

    /// <summary>Sets the losses that an earlier coordinator noted.</summary>
    public void Restore(int block, int losses) => _entries[block].Losses = losses;

    /// <summary>Leases a block to a worker: the first free one, else one that straggles with another worker. False when there is none for it now.</summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="grant">The block, and whether it had been out before.</param>
    /// <param name="only">When given, just this block may be leased.</param>
    public bool TryLease(string worker, out (int Block, bool Again) grant, Predicate<int>? only = null)
    {
        long now = time.GetTimestamp();
        int straggler = -1;
        for (int block = 0; block < _entries.Length; block++)
        {
            Entry entry = _entries[block];
            if (entry.Done || (only is not null && !only(block)))
            {
                continue;
            }

            if (entry.Holders.Count == 0)
            {
                grant = (block, entry.Losses > 0);
                entry.Holders.Add(new Holder(worker, now));
                return true;
            }

            if (straggler < 0 && entry.Holders.Count == 1 && entry.Holders[0].Worker != worker
                && times.Straggle is { } straggle && time.GetElapsedTime(entry.Holders[0].Since, now) > straggle)
            {
                straggler = block;
            }
        }

        grant = (straggler, true);
        if (straggler < 0)
        {
            return false;
        }

        _entries[straggler].Holders.Add(new Holder(worker, now));
        return true;
    }

    /// <summary>Marks a block as done and tells how long the worker had it; null when that worker had no lease of it any more.</summary>
    public TimeSpan? Complete(int block, string worker)
    {
        Entry entry = _entries[block];
        int holder = entry.Holders.FindIndex(holder => holder.Worker == worker);
        TimeSpan? elapsed = holder < 0 ? null : time.GetElapsedTime(entry.Holders[holder].Since);
        if (!entry.Done)
        {
            entry.Done = true;
            _done++;
        }

        entry.Holders.Clear();
        return elapsed;
    }

    /// <summary>Takes back what the workers that match had out. Returns the blocks that nobody computes any more.</summary>
    public List<int> Lose(Predicate<string> worker) => TakeBack(holder => worker(holder.Worker));

    /// <summary>Takes back a lease that never reached its worker: no loss.</summary>
    public void Withdraw(int block, string worker) => _entries[block].Holders.RemoveAll(holder => holder.Worker == worker);

    /// <summary>Takes back what has been out for too long.</summary>
    public List<int> Expire()
    {
        long now = time.GetTimestamp();
        TimeSpan patience = times.Patience;
        return TakeBack(holder => time.GetElapsedTime(holder.Since, now) > patience);
    }

    private List<int> TakeBack(Predicate<Holder> match)
    {
        List<int> lost = [];
        for (int block = 0; block < _entries.Length; block++)
        {
            Entry entry = _entries[block];
            if (!entry.Done && entry.Holders.RemoveAll(match) > 0 && entry.Holders.Count == 0)
            {
                entry.Losses++;
                lost.Add(block);
            }
        }

        return lost;
    }

    private sealed class Entry
    {
        public List<Holder> Holders { get; } = [];

        public bool Done { get; set; }

        public int Losses { get; set; }
    }

    private readonly record struct Holder(string Worker, long Since);
}
