// ProtoNet: the prototype p_c of a class is the mean of its support features; logits of a query are -|f(query) - p_c|^2.
// Nothing adapts by gradient: the meta-gradient is that of the queries' cross entropy with respect to the body.
// Snell, Swersky, Zemel: Prototypical Networks for Few-shot Learning, NIPS 2017, arXiv:1703.05175, equations 1 and 2.
using System.ComponentModel;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="ProtoNet"/>: none so far.</summary>
[Description("Prototypical networks (Snell et al. 2017): classify by the squared Euclidean distance to class means of features.")]
public sealed record ProtoNetOptions;

/// <summary>Prototypical networks (arXiv:1703.05175).</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' logits.</param>
public sealed class ProtoNet(ISplitModel model, ExampleLoss loss) : ComparisonMethod(model, loss)
{
    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison) =>
        Logits(comparison.Queries, Prototypes(comparison.Support, comparison.Labels));

    /// <summary>Class means: [T, C, F] from features [T, S, F] and one-hot labels [T, S, C].</summary>
    internal static Tensor Prototypes(Tensor features, Tensor labels)
    {
        var examples_TC1 = Ops.Sum(labels, 1).unsqueeze(2);
        return Ops.Divide(labels.transpose(1, 2).bmm(features), examples_TC1);
    }

    /// <summary>Minus the squared distances, expanded as 2 f p - f f - p p: [T, Q, C] from features [T, Q, F] and prototypes [T, C, F].</summary>
    internal static Tensor Logits(Tensor features, Tensor prototypes)
    {
        var products_TQC = Ops.Scale(features.bmm(prototypes.transpose(1, 2)), 2);
        var features_TQ1 = Ops.Sum(Ops.Square(features), 2, keepDimension: true);
        var prototypes_T1C = Ops.Sum(Ops.Square(prototypes), 2).unsqueeze(1);
        return Ops.Subtract(Ops.Subtract(products_TQC, features_TQ1), prototypes_T1C);
    }
}
