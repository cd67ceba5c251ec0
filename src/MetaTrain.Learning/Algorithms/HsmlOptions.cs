using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Algorithms;

/// <summary>How HSML makes one task vector of a support set.</summary>
public enum HsmlAggregator
{
    /// <summary>A recurrent autoencoder: the mean of a GRU's states. It depends on the order of the support set.</summary>
    Gru,

    /// <summary>An autoencoder of each example alone: the mean of their codes.</summary>
    Mean,
}

/// <summary>What has a gate of its own in HSML.</summary>
public enum HsmlGates
{
    /// <summary>Every weight, as in the paper.</summary>
    Weight,

    /// <summary>Every output of a layer (a filter, a unit): what leads into it shares a gate. Far fewer parameters.</summary>
    Unit,
}

/// <summary>The options of <see cref="Hsml"/>.</summary>
[Description("HSML (Yao et al. 2019): recognises what kind of task it is, and begins MAML's inner loop from parameters gated for that kind.")]
public sealed record HsmlOptions : IValidatableObject
{
    private const double DefaultVariance = 2;

    /// <summary>gru or mean.</summary>
    [Description("How the support set becomes a task vector: gru (a recurrent autoencoder, the order of examples matters) or mean (of each example's code).")]
    public HsmlAggregator Aggregator { get; init; } = HsmlAggregator.Gru;

    /// <summary>The length of the task vector and of the nodes of the tree.</summary>
    [Description("The length of the task vector and of the tree's nodes.")]
    [Range(1, 4096)]
    public int Width { get; init; } = 40;

    /// <summary>The length of an example's embedding.</summary>
    [Description("The length of an example's embedding, from its input (features of images) and its target.")]
    [Range(1, 4096)]
    public int Embedding { get; init; } = 20;

    /// <summary>Clusters of each level of the tree, from the leaves to the root.</summary>
    [Description("Clusters of each level of the tree, from the leaves to the root, which is 1. [1] is no clustering.")]
    [Range(1, 256)]
    public ImmutableArray<int> Clusters { get; init; } = [4, 2, 1];

    /// <summary>The variance of the kernel that assigns a node to clusters.</summary>
    [Description("The variance of the Gaussian kernel that assigns to clusters: larger is softer.")]
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double Variance { get; init; } = DefaultVariance;

    /// <summary>weight or unit.</summary>
    [Description("What has a gate of its own: weight (each weight, as in the paper) or unit (each output of a layer; far fewer parameters).")]
    public HsmlGates Gates { get; init; } = HsmlGates.Weight;

    /// <summary>How far gates are open before training; near 1 begins as MAML.</summary>
    [Description("How far gates are open before training, from 0 to 1: 0.5 is the paper's, near 1 begins as MAML.")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double InitialGate { get; init; } = 0.5;

    /// <summary>The weight of the autoencoder's loss; 0 leaves its decoder out.</summary>
    [Description("The weight of the autoencoder's reconstruction loss; 0 leaves the decoder out.")]
    [Range(0.0, 1000.0)]
    public double Reconstruction { get; init; } = 0.01;

    /// <summary>second, or first.</summary>
    [Description("second: differentiate through the adaptation. first: take the steps of the adaptation as constants, cheaper.")]
    public GradientOrder Order { get; init; } = GradientOrder.Second;

    /// <summary>Gradient steps on the support set.</summary>
    [Description("Gradient steps on a task's support set.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 1;

    /// <summary>The step size; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size; it belongs to innerLoss.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.01;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Clusters is not ({ IsDefaultOrEmpty: false } and [.., 1]))
        {
            yield return new ValidationResult("does not end in 1: the tree needs one root, for instance [4, 2, 1].", [nameof(Clusters)]);
        }
        else if (Clusters.Length == 1 && Variance != DefaultVariance)
        {
            yield return new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"is {Variance}, but clusters is [1], and nothing is assigned: take more clusters, or leave variance out."), [nameof(Variance)]);
        }
    }
}
