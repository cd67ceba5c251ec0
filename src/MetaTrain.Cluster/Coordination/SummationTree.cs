using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Adds the sums of blocks along one fixed binary tree over block index, whatever the order in which they arrive:
/// node (l, i) = node (l-1, 2i) + node (l-1, 2i+1), and node (l-1, 2i) alone where there is no right sibling.
/// Float addition does not associate, so the shape of this tree is part of what a job's bits are.
/// </summary>
internal sealed class SummationTree
{
    private readonly int[] _widths;
    private readonly Dictionary<TreeNode, BlockSum> _known = [];
    private readonly int _leaves;

    public SummationTree(int leaves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        _leaves = leaves;
        List<int> widths = [leaves];
        while (widths[^1] > 1)
        {
            widths.Add((widths[^1] + 1) / 2);
        }

        _widths = [.. widths];
    }

    /// <summary>The sum of all blocks; null until every block is known.</summary>
    public BlockSum? Root { get; private set; }

    /// <summary>The node that all blocks lie below.</summary>
    public TreeNode RootNode => new(_widths.Length - 1, 0);

    /// <summary>True when the node lies in the tree.</summary>
    public bool Contains(TreeNode node) =>
        node.Level >= 0 && node.Level < _widths.Length && node.Index >= 0 && node.Index < _widths[node.Level];

    /// <summary>The blocks below a node: first and one past the last.</summary>
    public (int First, int End) BlocksBelow(TreeNode node) =>
        (node.Index << node.Level, Math.Min(_leaves, (node.Index + 1) << node.Level));

    /// <summary>Takes the sum of a node that is not known yet, and of no node below or above which anything is known.</summary>
    public void Add(TreeNode node, BlockSum sum)
    {
        if (!Contains(node))
        {
            throw new ArgumentOutOfRangeException(nameof(node), node, $"A tree over {_leaves} blocks has no such node.");
        }

        while (true)
        {
            if (node.Level == _widths.Length - 1)
            {
                Root = sum;
                return;
            }

            TreeNode sibling = node with { Index = node.Index ^ 1 };
            TreeNode parent = new(node.Level + 1, node.Index / 2);
            if (sibling.Index < _widths[node.Level])
            {
                if (!_known.Remove(sibling, out BlockSum? other))
                {
                    _known.Add(node, sum);
                    return;
                }

                sum = node.Index < sibling.Index ? sum.Plus(other) : other.Plus(sum);
            }

            node = parent;
        }
    }
}
