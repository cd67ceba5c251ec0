// Few-shot graph neural network: each query stands with the support set in a graph of its own, whose nodes are
//   x_i = [features_i, label_i one-hot], the query's label uniform, 1 / C.
// Block k of K (dense: x grows by what each block gives), with H edge heads:
//   A_h = softmax over j != i of MLP(|x_i - x_j|)_h;   y = FC[x, g_1 A_1 x, ..., g_H A_H x];   x <- [x, LeakyReLU(BN(y))]
// and the last block's y at the query's node are the C logits.
// Garcia, Bruna: Few-Shot Learning with Graph Neural Networks, ICLR 2018, arXiv:1711.04043, section 4 (the family of operators: identity
// and adjacency; edges from absolute differences; dense concatenation); default sizes as of the network for miniImageNet in the authors'
// code (github.com/vgsatorras/few-shot-gnn). Its network for Omniglot has edge layers of 2, 1.5, 1 and 1 times a node's size, batch
// normalisation on the last block's logits and dropout in the last edge network; both give the query a label of zeros, the paper 1 / C.
// Heads beyond the first and the gate g = H * softmax(Linear(x_i)) over them are this project's reading of an "adaptive multi-head
// graph neural network"; heads: 1 is the paper's method. A gate of zeros, where training starts, is no gate.
//
// Batch normalisation takes its statistics from each graph by default. The paper's run over a batch of tasks with running averages in
// evaluation, which this library does not have; and all graphs of a task share their support nodes, so that a task's statistics know
// little more than a graph's, would mix the queries, and would change where queries are answered one at a time.
using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Few-shot graph neural network (arXiv:1711.04043). Parameters <c>gnn.block1.edge1.weight</c> and so on.</summary>
public sealed class Gnn : ComparisonMethod
{
    private readonly ImmutableArray<GraphBlock> _blocks;
    private readonly GraphStatistics _statistics;

    /// <summary>A network for as many classes as the training episodes have.</summary>
    /// <param name="model">The model; its body computes the features.</param>
    /// <param name="loss">The loss of the queries' logits.</param>
    /// <param name="shape">The training episodes; their ways are the width of labels.</param>
    /// <param name="options">Null takes the defaults.</param>
    public Gnn(ISplitModel model, ExampleLoss loss, EpisodeShape shape, GnnOptions? options = null)
        : this(model, loss, BlocksOf(model, shape, options ?? new GnnOptions()), (options ?? new GnnOptions()).Statistics)
    {
    }

    private Gnn(ISplitModel model, ExampleLoss loss, ImmutableArray<GraphBlock> blocks, GraphStatistics statistics)
        : base(model, loss, blocks.SelectMany(block => block.Parameters)) => (_blocks, _statistics) = (blocks, statistics);

    /// <inheritdoc/>
    public override bool HasFixedWays => true;

    /// <inheritdoc/>
    protected internal override bool MixesQueries => _statistics == GraphStatistics.Task;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var (tasks, queries) = (comparison.Queries.shape[0], comparison.Queries.shape[1]);
        var nodes_GND = Nodes(comparison);
        var graph = new NodePairs((int)nodes_GND.shape[1]);
        var groups = MixesQueries ? tasks : tasks * queries;
        foreach (var block in _blocks)
        {
            nodes_GND = block.Apply(parameters, nodes_GND, graph, groups);
        }

        return nodes_GND.reshape(tasks, queries, -1);
    }

    /// <summary>The graphs of all queries, the query's node last: [T Q, S + 1, F + C].</summary>
    private static Tensor Nodes(Comparison comparison)
    {
        var (support, labels, queries) = (comparison.Support, comparison.Labels, comparison.Queries);
        var (tasks, count, classes) = (queries.shape[0], queries.shape[1], labels.shape[2]);
        var unknown_TQC = Ops.Add(zeros([tasks, count, classes], queries.dtype, queries.device), 1.0 / classes);
        var known_TSD = cat([support, labels], 2);
        var asked_TQD = cat([queries, unknown_TQC], 2);
        var known_TQSD = known_TSD.unsqueeze(1).expand(tasks, count, support.shape[1], known_TSD.shape[2]);
        return cat([known_TQSD, asked_TQD.unsqueeze(2)], 2).reshape(tasks * count, support.shape[1] + 1, known_TSD.shape[2]);
    }

    private static ImmutableArray<GraphBlock> BlocksOf(ISplitModel model, EpisodeShape shape, GnnOptions options)
    {
        var inputs = model.FeatureShape.Aggregate(1, (product, size) => product * size) + shape.Ways;
        return
        [
            .. Enumerable.Range(0, options.Blocks).Select(block => new GraphBlock(
                $"gnn.block{block + 1}", inputs + (block * options.Width), block == options.Blocks - 1 ? shape.Ways : null, options)),
        ];
    }
}
