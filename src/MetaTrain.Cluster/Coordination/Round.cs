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
    private readonly HashSet<string> _workers = new(StringComparer.Ordinal);

    // When each worker's last result came.
    private readonly Dictionary<string, long> _returnedAt = new(StringComparer.Ordinal);

    public RoundId Id => id;

    /// <summary>The version of the parameters it computes with.</summary>
    public long Version => version;

    public BlockPartition Partition => partition;

    public EvaluationWork? Evaluation => evaluation;

    /// <summary>True for an evaluation that somebody asked for: the job goes on without it.</summary>
    public bool IsRequested => id is { Kind: RoundKind.Evaluation, Number: < 0 };

    public LeaseTable Leases { get; } = new(partition.Blocks, times, time);

    /// <summary>The workers that a block of it was counted from.</summary>
    public IReadOnlySet<string> Workers => _workers;

    /// <summary>The nodes whose sums count: each block lies below one of them at most.</summary>
    public IReadOnlyCollection<TreeNode> Nodes => _fingerprints.Keys;

    /// <summary>The sum of the round; null until it is complete.</summary>
    public BlockSum? Sum => _tree.Root;

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Counts a result once: the first of a node wins, a later one is compared by hash.</summary>
    public Acceptance Accept(NodeResult result)
    {
        if (!_tree.Contains(result.Node))
        {
            throw new ArgumentException($"{id.Kind} round {id.Number} has no node {result.Node}: the worker computes another cut of the job.");
        }

        if (_fingerprints.TryGetValue(result.Node, out UInt128 first))
        {
            return first == result.Fingerprint ? Acceptance.Duplicate : Acceptance.Contradiction;
        }

        (int begin, int end) = _tree.BlocksBelow(result.Node);
        if (result.Workers.Length != end - begin)
        {
            throw new ArgumentException($"The sum of {end - begin} blocks names {result.Workers.Length} workers: the silo that added it up runs another build of MetaTrain.");
        }

        if (_covered.AsSpan(begin, end - begin).Contains(true))
        {
            // A sum cannot be taken apart: what it holds beside the blocks that are known already is leased again.
            for (int block = begin; block < end; block++)
            {
                Leases.Withdraw(block, result.Workers[block - begin]);
            }

            return Acceptance.Duplicate;
        }

        _fingerprints.Add(result.Node, result.Fingerprint);
        _covered.AsSpan(begin, end - begin).Fill(true);
        _workers.UnionWith(result.Workers);
        for (int block = begin; block < end; block++)
        {
            string worker = result.Workers[block - begin];
            if (Leases.Complete(block, worker, _returnedAt.GetValueOrDefault(worker)) is { } elapsed)
            {
                times.Observe(elapsed);
            }
        }

        long now = time.GetTimestamp();
        foreach (string worker in result.Workers)
        {
            _returnedAt[worker] = now;
        }

        _tree.Add(result.Node, new BlockSum(result.Count, result.Gradient, result.Metrics));
        return Acceptance.Counted;
    }

    /// <summary>Checks a duplicate that arrives after the round: true when it has other bits than what was counted.</summary>
    public bool Contradicts(NodeResult result) =>
        _fingerprints.TryGetValue(result.Node, out UInt128 first) && first != result.Fingerprint;
}
