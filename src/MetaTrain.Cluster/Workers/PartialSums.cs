using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// Adds what a silo's workers computed of one round along the round's tree, before it leaves the silo: sums of complete subtrees, in the
/// tree's own order, so that traffic falls and no bit changes. A sum waits only for blocks that are out on this silo: the round could not end
/// without them anyway. Safe for concurrent use; sums are added outside the lock.
/// </summary>
/// <param name="blocks">The leaves of the round's tree.</param>
internal sealed class PartialSums(int blocks)
{
    private readonly Lock _gate = new();

    // Blocks that a worker computes, or whose sum is being added to another one, and how many of them each node has below it.
    private readonly HashSet<int> _out = [];
    private readonly Dictionary<TreeNode, int> _outBelow = [];
    private readonly Dictionary<TreeNode, NodeResult> _held = [];

    /// <summary>True while a worker of this silo has a block of the round out.</summary>
    public bool HasOut
    {
        get
        {
            lock (_gate)
            {
                return _out.Count > 0;
            }
        }
    }

    /// <summary>True when nothing of the round is left here.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _out.Count == 0 && _held.Count == 0;
            }
        }
    }

    /// <summary>A worker of this silo has the block out.</summary>
    public void Leased(int block)
    {
        lock (_gate)
        {
            if (_out.Add(block))
            {
                CountAbove(block, 1);
            }
        }
    }

    /// <summary>The block comes back without a result.</summary>
    public void Released(int block)
    {
        lock (_gate)
        {
            NotOut(block);
        }
    }

    /// <summary>Takes a block's result, or a sum of blocks that are all out here.</summary>
    public void Add(NodeResult result)
    {
        (int first, int end) = (result.Node.Index << result.Node.Level, (result.Node.Index << result.Node.Level) + result.Workers.Length);
        while (true)
        {
            NodeResult? other;
            lock (_gate)
            {
                result = Raised(result);
                if (!_held.Remove(Sibling(result.Node), out other))
                {
                    _held[result.Node] = result;
                    for (int below = first; below < end; below++)
                    {
                        NotOut(below);
                    }

                    return;
                }
            }

            result = other.Node.Index < result.Node.Index ? Sum(other, result) : Sum(result, other);
        }
    }

    /// <summary>The sums that wait for nothing on this silo.</summary>
    /// <param name="force">True to take all.</param>
    public List<NodeResult> TakeReady(bool force)
    {
        lock (_gate)
        {
            List<NodeResult> ready = [.. _held.Values.Where(held => force || !IsOut(Sibling(held.Node)))];
            ready.ForEach(taken => _held.Remove(taken.Node));
            return ready;
        }
    }

    private static TreeNode Sibling(TreeNode node) => node with { Index = node.Index ^ 1 };

    // A node without a right sibling is its parent, up to the root.
    private NodeResult Raised(NodeResult result)
    {
        TreeNode node = result.Node;
        while (Width(node.Level) > 1 && (node.Index ^ 1) >= Width(node.Level))
        {
            node = new TreeNode(node.Level + 1, node.Index / 2);
        }

        return result with { Node = node };
    }

    private int Width(int level) => (blocks + (1 << level) - 1) >> level;

    private bool IsOut(TreeNode node) => _outBelow.ContainsKey(node);

    private void NotOut(int block)
    {
        if (_out.Remove(block))
        {
            CountAbove(block, -1);
        }
    }

    private void CountAbove(int block, int change)
    {
        for (int level = 0; level == 0 || Width(level - 1) > 1; level++)
        {
            TreeNode node = new(level, block >> level);
            int count = _outBelow.GetValueOrDefault(node) + change;
            if (count == 0)
            {
                _outBelow.Remove(node);
            }
            else
            {
                _outBelow[node] = count;
            }
        }
    }

    private static NodeResult Sum(NodeResult left, NodeResult right)
    {
        BlockSum sum = new BlockSum(left.Count, left.Gradient, left.Metrics)
            .Plus(new BlockSum(right.Count, right.Gradient, right.Metrics));
        return left with
        {
            Node = new TreeNode(left.Node.Level + 1, left.Node.Index / 2),
            Count = sum.Count,
            Gradient = sum.Gradient,
            Metrics = sum.Metrics,
            Workers = left.Workers.AddRange(right.Workers),
        };
    }
}
