// G graphs, N nodes, D values a node, P = N (N - 1) / 2 pairs of nodes, H heads.
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>
/// The pairs of different nodes of a graph, each once: edges are symmetric and no node has one to itself, so that less than half of the
/// N x N are computed.
/// </summary>
internal sealed class NodePairs
{
    /// <summary>Far below every score: its exponential is 0.</summary>
    private const double Never = -1e9;

    private readonly int _nodes;
    private readonly float[] _signs;
    private readonly long[] _pairOf;

    /// <summary>The pairs of so many nodes.</summary>
    public NodePairs(int nodes)
    {
        Count = nodes * (nodes - 1) / 2;
        (_nodes, _signs, _pairOf) = (nodes, new float[Count * nodes], new long[nodes * nodes]);
        var pair = 0;
        for (var i = 0; i < nodes; i++)
        {
            _pairOf[(i * nodes) + i] = Count;
            for (var j = i + 1; j < nodes; j++, pair++)
            {
                (_signs[(pair * nodes) + i], _signs[(pair * nodes) + j]) = (1, -1);
                (_pairOf[(i * nodes) + j], _pairOf[(j * nodes) + i]) = (pair, pair);
            }
        }
    }

    /// <summary>P.</summary>
    public int Count { get; }

    /// <summary>|x_i - x_j| of every pair: [G, P, D] from nodes [G, N, D].</summary>
    public Tensor Differences(Tensor nodes) =>
        Ops.Abs(TensorData.FromValues(_signs, [1, Count, _nodes], nodes.dtype, nodes.device).matmul(nodes));

    /// <summary>The softmax of every node's scores over all other nodes: [G, H, N, N], whose diagonal is zero, from scores [G, P, H].</summary>
    public Tensor Adjacency(Tensor scores)
    {
        var (graphs, heads) = (scores.shape[0], scores.shape[2]);
        var never_G1H = Ops.Add(zeros([graphs, 1, heads], scores.dtype, scores.device), Never);
        var scores_GHNN = Ops.Pick(cat([scores, never_G1H], 1), _pairOf).transpose(1, 2).reshape(graphs, heads, _nodes, _nodes);
        return Ops.Softmax(scores_GHNN);
    }
}
