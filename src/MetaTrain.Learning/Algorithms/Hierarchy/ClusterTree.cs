// A node j of level l goes over into each cluster k of level l + 1: assigned by p_jk = softmax over k of -|h_j - c_k|^2 / (2 variance),
// changed by tanh(W_k h_j + b_k); and h_k = sum_j p_jk tanh(W_k h_j + b_k). Level 0 is one node, the task vector; the last is the root.
// T tasks, n nodes and m clusters of a level, H values a node.
using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms.Hierarchy;

/// <summary>The soft hierarchical clustering of tasks (arXiv:1905.05301, section 4.2), for all tasks of a block at once.</summary>
/// <param name="clusters">m of each level, from the leaves to the root.</param>
/// <param name="width">H.</param>
/// <param name="variance">Of the kernel that assigns to clusters.</param>
/// <param name="prefix">What its parameters' names begin with.</param>
internal sealed class ClusterTree(ImmutableArray<int> clusters, int width, double variance, string prefix)
{
    /// <summary>Of each level: centres [m, H] (none where there is one cluster, to which everything belongs), weight [m * H, H], bias [m * H].</summary>
    public IEnumerable<ParameterDefinition> Parameters => clusters.SelectMany((count, level) => (ParameterDefinition[])
    [
        .. ParameterDefinition.Linear(Name(level), width, count * width),
        .. count == 1 ? [] : new[] { new ParameterDefinition($"{Name(level)}.centres", [count, width], Initializer.Uniform(Math.Sqrt(6.0 / (1 + width)))) },
    ]);

    /// <summary>The root that task vectors lead to.</summary>
    /// <param name="parameters">Each [1, shape...].</param>
    /// <param name="vector">[T, 1, H].</param>
    /// <returns>[T, 1, H].</returns>
    public Tensor Root(ParameterSet parameters, Tensor vector)
    {
        var h_TnH = vector;
        for (var level = 0; level < clusters.Length; level++)
        {
            h_TnH = Rise(parameters, h_TnH, level);
        }

        return h_TnH;
    }

    /// <summary>How much of each node goes to each cluster of a level: [T, n, m], which sums to 1 over the clusters.</summary>
    public Tensor Assign(ParameterSet parameters, Tensor h_TnH, int level)
    {
        var centres_11mH = parameters[$"{Name(level)}.centres"].unsqueeze(1);
        var squares_Tnm = Ops.Sum(Ops.Square(Ops.Subtract(h_TnH.unsqueeze(2), centres_11mH)), -1);
        return Ops.Softmax(Ops.Scale(squares_Tnm, -1 / (2 * variance)));
    }

    private Tensor Rise(ParameterSet parameters, Tensor h_TnH, int level)
    {
        var changed_TnM = Ops.Tanh(Ops.Linear(h_TnH, parameters, Name(level)));
        if (clusters[level] == 1)
        {
            return Ops.Sum(changed_TnM, 1, keepDimension: true);
        }

        var changed_TnmH = changed_TnM.reshape(h_TnH.shape[0], h_TnH.shape[1], clusters[level], width);
        return Ops.Sum(Ops.Multiply(Assign(parameters, h_TnH, level).unsqueeze(-1), changed_TnmH), 1);
    }

    private string Name(int level) => $"{prefix}.level{level + 1}";
}
