// G graphs, N nodes, D values a node, P pairs of nodes, H heads, O outputs.
using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>One block of <see cref="Gnn"/>: edges from the nodes, and new features of every node from its neighbours.</summary>
/// <param name="name">What its parameters' names begin with.</param>
/// <param name="inputs">D.</param>
/// <param name="logits">For the last block the number of classes: it answers at the last node alone. Null for the others, which add features.</param>
/// <param name="options">Heads and widths.</param>
internal sealed class GraphBlock(string name, int inputs, int? logits, GnnOptions options)
{
    private readonly ImmutableArray<int> _edgeWidths = [inputs, 2 * options.EdgeWidth, 2 * options.EdgeWidth, options.EdgeWidth, options.EdgeWidth];

    private bool HasGate => options.Gate && options.Heads > 1;

    /// <summary>What it learns. Layers before a batch normalisation have no bias, which it would take away again.</summary>
    public IEnumerable<ParameterDefinition> Parameters =>
    [
        .. Enumerable.Range(1, _edgeWidths.Length - 1).SelectMany(layer => Normalised($"{name}.edge{layer}", _edgeWidths[layer - 1], _edgeWidths[layer])),
        .. ParameterDefinition.Linear($"{name}.score", _edgeWidths[^1], options.Heads),
        .. HasGate ? Zeros(ParameterDefinition.Linear($"{name}.gate", inputs, options.Heads)) : [],
        .. logits is { } classes
            ? ParameterDefinition.Linear($"{name}.node", (options.Heads + 1) * inputs, classes)
            : Normalised($"{name}.node", (options.Heads + 1) * inputs, options.Width),
    ];

    /// <summary>The block's function.</summary>
    /// <param name="parameters">At least the block's own, each [1, shape...].</param>
    /// <param name="nodes">[G, N, D].</param>
    /// <param name="pairs">Those of N nodes.</param>
    /// <param name="groups">How many groups of graphs have batch statistics of their own: G, or fewer.</param>
    /// <returns>[G, N, D + width], or the last node's logits, [G, classes].</returns>
    public Tensor Apply(ParameterSet parameters, Tensor nodes, NodePairs pairs, long groups)
    {
        var edges = pairs.Differences(nodes);
        for (var layer = 1; layer < _edgeWidths.Length; layer++)
        {
            edges = Normalised(parameters, $"{name}.edge{layer}", edges, groups);
        }

        var adjacency_GHNN = pairs.Adjacency(Ops.Linear(edges, parameters, $"{name}.score"));
        if (HasGate)
        {
            var gates_GNH = Ops.Scale(Ops.Softmax(Ops.Linear(nodes, parameters, $"{name}.gate")), options.Heads);
            adjacency_GHNN = Ops.Multiply(adjacency_GHNN, gates_GNH.transpose(1, 2).unsqueeze(3));
        }

        if (logits is null)
        {
            return cat([nodes, Normalised(parameters, $"{name}.node", Gather(nodes, nodes, adjacency_GHNN), groups)], 2);
        }

        var last = nodes.shape[1] - 1;
        return Ops.Linear(Gather(nodes, nodes.narrow(1, last, 1), adjacency_GHNN.narrow(2, last, 1)), parameters, $"{name}.node").squeeze(1);
    }

    /// <summary>[x, A_1 x, ..., A_H x] of R of the nodes: [G, R, (1 + H) D].</summary>
    private static Tensor Gather(Tensor nodes, Tensor own, Tensor adjacency_GHRN)
    {
        var (graphs, heads, rows) = (adjacency_GHRN.shape[0], adjacency_GHRN.shape[1], adjacency_GHRN.shape[2]);
        var neighbours_GHRD = adjacency_GHRN.reshape(graphs, heads * rows, -1).bmm(nodes).reshape(graphs, heads, rows, -1);
        return cat([own, neighbours_GHRD.transpose(1, 2).reshape(graphs, rows, -1)], 2);
    }

    private static Tensor Normalised(ParameterSet parameters, string layer, Tensor x, long groups)
    {
        var y_GRO = Ops.Linear(x, parameters[$"{layer}.weight"]);
        var (weight, bias) = (parameters[$"{layer}.norm.weight"], parameters[$"{layer}.norm.bias"]);
        return Ops.BatchNormLeakyRelu(y_GRO.reshape(groups, -1, y_GRO.shape[2]), weight, bias).reshape(y_GRO.shape);
    }

    private static IEnumerable<ParameterDefinition> Normalised(string layer, int inputs, int outputs) =>
        [ParameterDefinition.Linear(layer, inputs, outputs)[0], .. ParameterDefinition.BatchNorm($"{layer}.norm", outputs)];

    private static IEnumerable<ParameterDefinition> Zeros(IEnumerable<ParameterDefinition> definitions) =>
        definitions.Select(definition => definition with { Initial = Initializer.Constant(0) });
}
