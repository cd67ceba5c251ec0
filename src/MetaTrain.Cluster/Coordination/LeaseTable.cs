namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Who has which block of a round out, until when, and how often each was lost. Decides; does nothing itself. A round has a block for each of
/// many workers, each of which asks and hands in: no question looks at all blocks, most look at one.
/// </summary>
internal sealed class LeaseTable(int blocks, BlockTimes times, TimeProvider time)
{
    /// <summary>A block lost so often fails the job: it may be what kills the workers.</summary>
    public const int MaxLosses = 3;

    private const int None = -1;

    private readonly Entry[] _entries = new Entry[blocks];
    private readonly BlockSet _free = new(blocks);
    private readonly HashSet<int> _lost = [];
    private int _done;

    // The blocks that are out, by the time of their first lease.
    private int _oldest = None;
    private int _newest = None;

    public bool AllDone => _done == blocks;

    public int Done => _done;

    public int Out => blocks - _done - _free.Count;

    /// <summary>Blocks that are neither done nor out.</summary>
    public int Free => _free.Count;

    /// <summary>Grows with every change of who has what out.</summary>
    public long Changes { get; private set; }

    /// <summary>The blocks that are out now, with their losses so far.</summary>
    public IEnumerable<(int Block, int Losses)> Outstanding
    {
        get
        {
            for (int block = _oldest; block != None; block = _entries[block].Newer)
            {
                yield return (block, _entries[block].Losses);
            }
        }
    }

    /// <summary>Who has a block out: each lease, by block.</summary>
    public IEnumerable<(int Block, string Worker)> Held =>
        Outstanding.Select(static pair => pair.Block).Order().SelectMany(block => _entries[block].Second is { } second
            ? new[] { (block, _entries[block].First!), (block, second) }
            : [(block, _entries[block].First!)]);

    /// <summary>The blocks that are out or were lost, in order.</summary>
    public IEnumerable<int> Noteworthy => Outstanding.Select(static pair => pair.Block).Union(_lost).Order();

    /// <summary>True once a block of the round was lost.</summary>
    public bool HasLosses => _lost.Count > 0;

    public bool IsOut(int block) => _entries[block].First is not null;

    public int Losses(int block) => _entries[block].Losses;

    /// <summary>Sets the losses that an earlier coordinator noted.</summary>
    public void Restore(int block, int losses)
    {
        _entries[block].Losses = losses;
        if (losses > 0)
        {
            _lost.Add(block);
        }
        else
        {
            _lost.Remove(block);
        }
    }

    /// <summary>
    /// Leases a block to a worker: the first free one at its home, else the first free one, else one that straggles with another worker. False
    /// when there is none for it now.
    /// </summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="grant">The block, and whether it had been out before.</param>
    /// <param name="only">When given, just these blocks may be leased.</param>
    /// <param name="home">The worker's own blocks, from the first up to, and without, the last.</param>
    public bool TryLease(string worker, out (int Block, bool Again) grant, Predicate<int>? only = null, (int Begin, int End) home = default)
    {
        long now = time.GetTimestamp();
        if ((FreeAt(home, only) ?? _free.First(only)) is { } free)
        {
            ref Entry entry = ref _entries[free];
            grant = (free, entry.Losses > 0);
            (entry.First, entry.FirstSince) = (worker, now);
            _free.Remove(free);
            Link(free);
            Changes++;
            return true;
        }

        int straggler = Straggler(worker, now, only);
        grant = (straggler, true);
        if (straggler == None)
        {
            return false;
        }

        (_entries[straggler].Second, _entries[straggler].SecondSince) = (worker, now);
        Changes++;
        return true;
    }

    /// <summary>Marks a block as done and tells how long the worker had it; null when that worker had no lease of it any more.</summary>
    /// <param name="block">Which.</param>
    /// <param name="worker">Who computed it.</param>
    /// <param name="began">When the worker began with it, if that was after it was leased: it may have had another one before.</param>
    public TimeSpan? Complete(int block, string worker, long began = 0)
    {
        ref Entry entry = ref _entries[block];
        TimeSpan? elapsed = entry.First == worker ? time.GetElapsedTime(Math.Max(began, entry.FirstSince))
            : entry.Second == worker ? time.GetElapsedTime(Math.Max(began, entry.SecondSince))
            : null;
        if (entry.First is not null)
        {
            Unlink(block);
            (entry.First, entry.Second) = (null, null);
        }

        if (!entry.Done)
        {
            entry.Done = true;
            _free.Remove(block);
            _done++;
        }

        Changes++;
        return elapsed;
    }

    /// <summary>Takes back what the workers that match had out. Returns the blocks that nobody computes any more.</summary>
    public List<int> Lose(Predicate<string> worker)
    {
        List<int> lost = [];
        foreach ((int block, _) in Outstanding.ToList())
        {
            TakeBack(block, worker(_entries[block].First!), _entries[block].Second is { } second && worker(second), lost);
        }

        lost.Sort();
        return lost;
    }

    /// <summary>Takes back a lease that never reached its worker: no loss.</summary>
    public void Withdraw(int block, string worker)
    {
        if (IsOut(block))
        {
            Remove(block, _entries[block].First == worker, _entries[block].Second == worker);
        }
    }

    /// <summary>Takes back what has been out for too long.</summary>
    public List<int> Expire()
    {
        long now = time.GetTimestamp();
        TimeSpan patience = times.Patience;
        List<int> lost = [];
        foreach (int block in OlderThan(patience, now).ToList())
        {
            TakeBack(block, true, _entries[block].Second is not null && time.GetElapsedTime(_entries[block].SecondSince, now) > patience, lost);
        }

        lost.Sort();
        return lost;
    }

    private int? FreeAt((int Begin, int End) home, Predicate<int>? only)
    {
        for (int block = home.Begin; block < home.End; block++)
        {
            if (_free.Contains(block) && (only is null || only(block)))
            {
                return block;
            }
        }

        return null;
    }

    // The first block that has been out for long with one other worker.
    private int Straggler(string worker, long now, Predicate<int>? only)
    {
        int first = None;
        if (times.Straggle is { } straggle && _oldest != None && time.GetElapsedTime(_entries[_oldest].FirstSince, now) > straggle)
        {
            foreach (int block in OlderThan(straggle, now))
            {
                if ((first == None || block < first) && _entries[block].Second is null && _entries[block].First != worker && (only is null || only(block)))
                {
                    first = block;
                }
            }
        }

        return first;
    }

    private IEnumerable<int> OlderThan(TimeSpan age, long now)
    {
        for (int block = _oldest; block != None && time.GetElapsedTime(_entries[block].FirstSince, now) > age; block = _entries[block].Newer)
        {
            yield return block;
        }
    }

    private void TakeBack(int block, bool first, bool second, List<int> lost)
    {
        if (Remove(block, first, second))
        {
            _entries[block].Losses++;
            _lost.Add(block);
            lost.Add(block);
        }
    }

    // Takes the first or the second lease away, or both. True when nobody has the block out any more.
    private bool Remove(int block, bool first, bool second)
    {
        if (!first && !second)
        {
            return false;
        }

        Changes++;
        ref Entry entry = ref _entries[block];
        if (!first)
        {
            entry.Second = null;
            return false;
        }

        Unlink(block);
        (entry.First, entry.FirstSince) = second ? (null, 0) : (entry.Second, entry.SecondSince);
        entry.Second = null;
        if (entry.First is not null)
        {
            Link(block);
            return false;
        }

        _free.Add(block);
        return true;
    }

    // Nearly always at the end: only a second lease that becomes the first is not the newest.
    private void Link(int block)
    {
        int older = _newest;
        while (older != None && _entries[older].FirstSince > _entries[block].FirstSince)
        {
            older = _entries[older].Older;
        }

        int newer = older == None ? _oldest : _entries[older].Newer;
        (_entries[block].Older, _entries[block].Newer) = (older, newer);
        NewerOf(older) = block;
        OlderOf(newer) = block;
    }

    private void Unlink(int block)
    {
        (int older, int newer) = (_entries[block].Older, _entries[block].Newer);
        NewerOf(older) = newer;
        OlderOf(newer) = older;
    }

    private ref int NewerOf(int block) => ref block == None ? ref _oldest : ref _entries[block].Newer;

    private ref int OlderOf(int block) => ref block == None ? ref _newest : ref _entries[block].Older;

    private struct Entry
    {
        public string? First;
        public long FirstSince;
        public string? Second;
        public long SecondSince;
        public int Losses;
        public int Older;
        public int Newer;
        public bool Done;
    }
}
