using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>
/// The sums of nodes that silos brought for a range in one round, added up in pairs as they come: little is left to add when the round is
/// whole. What came is kept until then, for which sums count is known only at the end: a straggler's block may be here alone and with its
/// neighbours'.
/// </summary>
internal sealed class RangeParts
{
    private readonly Dictionary<TreeNode, float[]> _came = [];
    private readonly Dictionary<TreeNode, Pair> _added = [];
    private readonly List<float[]> _made = [];

    /// <summary>How many came.</summary>
    public int Count => _came.Count;

    /// <summary>True when a node's sum came.</summary>
    public bool Contains(TreeNode node) => _came.ContainsKey(node);

    /// <summary>Keeps a node's sum, and adds it to its sibling's where that is here, and so on. False where one came before.</summary>
    /// <param name="node">The node.</param>
    /// <param name="values">Its range's sum, from here on this one's own.</param>
    public bool TryAdd(TreeNode node, float[] values)
    {
        if (!_came.TryAdd(node, values))
        {
            return false;
        }

        while (true)
        {
            (TreeNode left, TreeNode right) = (node with { Index = node.Index & ~1 }, node with { Index = node.Index | 1 });
            TreeNode parent = new(node.Level + 1, node.Index / 2);
            if (Known(parent) is not null || Known(left) is not { } first || Known(right) is not { } second)
            {
                return true;
            }

            _added[parent] = new Pair(Sum(first.Values, second.Values), [.. first.Of, .. second.Of]);
            node = parent;
        }
    }

    /// <summary>The sum of all blocks; everything else is given back.</summary>
    /// <param name="tree">Of the round.</param>
    /// <param name="counting">The nodes whose sums count: together all blocks, each once.</param>
    /// <exception cref="InvalidOperationException">A sum that counts never came, or they are not all of the round.</exception>
    public float[] TakeWhole(SummationTree tree, IReadOnlySet<TreeNode> counting)
    {
        float[] whole = SumOf(tree.RootNode);
        Release(whole);
        return whole;

        float[] SumOf(TreeNode node)
        {
            if (counting.Contains(node))
            {
                return _came.GetValueOrDefault(node)
                    ?? throw new InvalidOperationException($"The sum of node {node} counts, but never came to this aggregator.");
            }

            if (_added.TryGetValue(node, out Pair? pair) && pair.Of.All(counting.Contains))
            {
                return pair.Values;
            }

            if (node.Level == 0)
            {
                throw new InvalidOperationException($"The sums that count leave out block {node.Index}.");
            }

            float[] left = SumOf(new TreeNode(node.Level - 1, node.Index * 2));
            TreeNode right = new(node.Level - 1, (node.Index * 2) + 1);
            return tree.Contains(right) ? Sum(left, SumOf(right)) : left;
        }
    }

    /// <summary>Gives all arrays back.</summary>
    /// <param name="but">One that stays the caller's.</param>
    public void Release(float[]? but = null)
    {
        foreach (float[] values in _came.Values.Concat(_made).Where(values => values != but))
        {
            GradientArrays.Return(values);
        }

        _came.Clear();
        _added.Clear();
        _made.Clear();
    }

    private Pair? Known(TreeNode node) => _came.TryGetValue(node, out float[]? values) ? new Pair(values, [node]) : _added.GetValueOrDefault(node);

    private float[] Sum(float[] left, float[] right)
    {
        float[] sum = GradientArrays.RentUncleared(left.Length);
        FlatArithmetic.Add(left, right, sum);
        _made.Add(sum);
        return sum;
    }

    /// <summary>The sum of two siblings.</summary>
    /// <param name="Values">Its values.</param>
    /// <param name="Of">Of which sums that came.</param>
    private sealed record Pair(float[] Values, TreeNode[] Of);
}
