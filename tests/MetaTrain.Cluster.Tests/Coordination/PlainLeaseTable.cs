using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

/// <summary>The rules of <see cref="LeaseTable"/> written down plainly: every question looks at every block.</summary>
internal sealed class PlainLeaseTable(int blocks, BlockTimes times, TimeProvider time)
{
    private readonly List<(string Worker, long Since)>[] _holders = [.. Enumerable.Range(0, blocks).Select(static _ => new List<(string, long)>())];
    private readonly bool[] _done = new bool[blocks];
    private readonly int[] _losses = new int[blocks];

    public int Done => _done.Count(static done => done);

    public int[] Out => [.. Blocks(block => _holders[block].Count > 0)];

    public int[] Free => [.. Blocks(block => !_done[block] && _holders[block].Count == 0)];

    public int[] Noteworthy => [.. Blocks(block => _holders[block].Count > 0 || _losses[block] > 0)];

    public int[] Losses => _losses;

    public IEnumerable<(int Block, string Worker)> Held => Out.SelectMany(block => _holders[block].Select(holder => (block, holder.Worker)));

    public (int Block, bool Again)? TryLease(string worker, Predicate<int> only, (int Begin, int End) home)
    {
        long now = time.GetTimestamp();
        foreach (int block in Free.Where(block => only(block)).OrderByDescending(block => home.Begin <= block && block < home.End))
        {
            _holders[block].Add((worker, now));
            return (block, _losses[block] > 0);
        }

        foreach (int block in Out.Where(block => only(block) && _holders[block].Count == 1 && _holders[block][0].Worker != worker
            && time.GetElapsedTime(_holders[block][0].Since, now) > times.Straggle))
        {
            _holders[block].Add((worker, now));
            return (block, true);
        }

        return null;
    }

    public TimeSpan? Complete(int block, string worker)
    {
        (string? holder, long since) = _holders[block].Find(holder => holder.Worker == worker);
        _done[block] = true;
        _holders[block].Clear();
        return holder is null ? null : time.GetElapsedTime(since);
    }

    public List<int> Lose(Predicate<string> worker) => TakeBack(holder => worker(holder.Worker));

    public void Withdraw(int block, string worker) => _holders[block].RemoveAll(holder => holder.Worker == worker);

    public List<int> Expire() => TakeBack(holder => time.GetElapsedTime(holder.Since) > times.Patience);

    private List<int> TakeBack(Predicate<(string Worker, long Since)> match)
    {
        List<int> lost = [.. Out.Where(block => _holders[block].RemoveAll(match) > 0 && _holders[block].Count == 0)];
        lost.ForEach(block => _losses[block]++);
        return lost;
    }

    private IEnumerable<int> Blocks(Predicate<int> match) => Enumerable.Range(0, blocks).Where(block => match(block));
}
