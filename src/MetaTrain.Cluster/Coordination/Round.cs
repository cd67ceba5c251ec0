using System.IO.Hashing;
using System.Runtime.InteropServices;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What became of a result.</summary>
internal enum Acceptance
{
    /// <summary>It was counted.</summary>
    Counted,

    /// <summary>It had been counted before, with the same bits.</summary>
    Duplicate,

    /// <summary>It had been counted before, with other bits: the promise is broken.</summary>
    Contradiction,
}

/// <summary>One sum over many tasks in the making: its cut, its leases, its tree.</summary>
internal sealed class Round(RoundId id, long version, BlockPartition partition, BlockTimes times, TimeProvider time, EvaluationWork? evaluation = null)
{
    private readonly Dictionary<TreeNode, UInt128> _fingerprints = [];
    private readonly SummationTree _tree = new(partition.Blocks);
    private readonly bool[] _covered = new bool[partition.Blocks];

    public RoundId Id => id;

    /// <summary>The version of the parameters it computes with.</summary>
    public long Version => version;

    public BlockPartition Partition => partition;

    public EvaluationWork? Evaluation => evaluation;

    public LeaseTable Leases { get; } = new(partition.Blocks, times, time);

    /// <summary>The sum of the round; null until it is complete.</summary>
    public BlockSum? Sum => _tree.Root;

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Counts a result once: the first of a node wins, a later one is compared by hash.</summary>
    public Acceptance Accept(NodeResult result, string worker)
    {
        if (!_tree.Contains(result.Node))
        {
            throw new ArgumentException($"{id.Kind} round {id.Number} has no node {result.Node}: the worker computes another cut of the job.");
        }

        UInt128 fingerprint = Fingerprint(result);
        if (_fingerprints.TryGetValue(result.Node, out UInt128 first))
        {
            return first == fingerprint ? Acceptance.Duplicate : Acceptance.Contradiction;
        }

        (int begin, int end) = _tree.BlocksBelow(result.Node);
        if (_covered.AsSpan(begin, end - begin).Contains(true))
        {
            return Acceptance.Duplicate;
        }

        _fingerprints.Add(result.Node, fingerprint);
        _covered.AsSpan(begin, end - begin).Fill(true);
        for (int block = begin; block < end; block++)
        {
            if (Leases.Complete(block, worker) is { } elapsed)
            {
                times.Observe(elapsed);
            }
        }

        float[] gradient = MemoryMarshal.Cast<byte, float>(result.Gradient).ToArray();
        _tree.Add(result.Node, new BlockSum(result.Count, gradient, result.Metrics));
        return Acceptance.Counted;
    }

    /// <summary>Checks a duplicate that arrives after the round: true when it has other bits than what was counted.</summary>
    public bool Contradicts(NodeResult result) =>
        _fingerprints.TryGetValue(result.Node, out UInt128 first) && first != Fingerprint(result);

    private static UInt128 Fingerprint(NodeResult result)
    {
        XxHash128 hash = new();
        hash.Append(result.Gradient);
        hash.Append(MemoryMarshal.AsBytes(result.Metrics.AsSpan()));
        hash.Append(BitConverter.GetBytes(result.Count));
        return hash.GetCurrentHashAsUInt128();
    }
}
