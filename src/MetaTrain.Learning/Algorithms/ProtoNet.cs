// ProtoNet: the prototype p_c of a class is the mean of its support features; logits of a query are -|f(query) - p_c|^2.
// Nothing adapts by gradient: the meta-gradient is that of the queries' cross entropy with respect to the body.
// Snell, Swersky, Zemel: Prototypical Networks for Few-shot Learning, NIPS 2017, arXiv:1703.05175, equations 1 and 2.
using System.Collections.Immutable;
using System.ComponentModel;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="ProtoNet"/>: none so far.</summary>
[Description("Prototypical networks (Snell et al. 2017): classify by the squared Euclidean distance to class means of features.")]
public sealed record ProtoNetOptions;

/// <summary>Prototypical networks (arXiv:1703.05175). It learns the body alone: the head's parameters are no part of it.</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' logits.</param>
public sealed class ProtoNet(ISplitModel model, ExampleLoss loss) : IMetaAlgorithm, IFusible
{
    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; } =
        [.. model.Parameters.Where(parameter => !parameter.Name.StartsWith(ISplitModel.HeadPrefix, StringComparison.Ordinal))];

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public bool HasFixedWays => false;

    /// <inheritdoc/>
    public int InnerSteps => 0;

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var theta = parameters.AsLeaves();
        var prototypes = Prototypes(model.Features(theta, tasks.Support.Inputs), tasks.Support.Targets);
        var predictions = Logits(model.Features(theta, tasks.Query.Inputs), prototypes);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        return new MetaGradient(Gradients.Of(Ops.Sum(losses_T), theta, createGraph: false), losses_T, predictions);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout) => Fusion.Prototypes<T>(model, Loss, shape, layout);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        using var noGraph = no_grad();
        var prototypes = Prototypes(model.Features(parameters, support.Inputs), support.Targets);
        return new PrototypePredictor(model, parameters, prototypes, support.Inputs, context.Transductive);
    }

    /// <summary>Class means: [T, C, F] from features [T, S, F] and one-hot labels [T, S, C].</summary>
    private static Tensor Prototypes(Tensor features, Tensor labels)
    {
        var examples_TC1 = Ops.Sum(labels, 1).unsqueeze(2);
        return Ops.Divide(labels.transpose(1, 2).bmm(features), examples_TC1);
    }

    /// <summary>Minus the squared distances, expanded as 2 f p - f f - p p: [T, Q, C] from features [T, Q, F] and prototypes [T, C, F].</summary>
    private static Tensor Logits(Tensor features, Tensor prototypes)
    {
        var products_TQC = Ops.Scale(features.bmm(prototypes.transpose(1, 2)), 2);
        var features_TQ1 = Ops.Sum(Ops.Square(features), 2, keepDimension: true);
        var prototypes_T1C = Ops.Sum(Ops.Square(prototypes), 2).unsqueeze(1);
        return Ops.Subtract(Ops.Subtract(products_TQC, features_TQ1), prototypes_T1C);
    }

    private sealed class PrototypePredictor(
        ISplitModel model, ParameterSet parameters, Tensor prototypes, Tensor support, bool transductive) : IPredictor
    {
        public Tensor Predict(Tensor query)
        {
            using var noGraph = no_grad();
            return Logits(QueriesApart.Features(model, parameters, support, query, transductive), prototypes);
        }
    }
}
