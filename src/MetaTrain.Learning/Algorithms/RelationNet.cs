// Relation networks: how well query j fits class i is r_ij = g(C(f(x_i), f(x_j))): the class's features, summed over its shots, and the
// query's stand one behind the other along the channels (C), and a learned module g gives a score from 0 to 1. The paper trains it to be 1
// for the query's own class and 0 for the others, by the squared error (r_ij - 1(y_i = y_j))^2: that is loss: mse. The default takes the
// scores before their sigmoid for logits; on glyphs it did no worse, and far better where queries are normalised one at a time.
// Sung, Yang, Zhang, Xiang, Torr, Hospedales: Learning to Compare: Relation Network for Few-Shot Learning, CVPR 2018, arXiv:1711.06025,
// equations 1 and 2. The paper sums the squares over classes; here they are averaged, which is a factor of the learning rate.
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What relation scores are trained by.</summary>
public enum RelationLoss
{
    /// <summary>The squared error of each score, a sigmoid, to 1 or 0.</summary>
    Mse,

    /// <summary>The cross entropy of the softmax over classes of the scores before their sigmoid.</summary>
    CrossEntropy,
}

/// <summary>The options of <see cref="RelationNet"/>.</summary>
[Description("Relation networks (Sung et al. 2018): a learned module scores how well a query's features fit a class's.")]
public sealed record RelationNetOptions
{
    /// <summary>mse or cross-entropy.</summary>
    [Description("mse: scores from 0 to 1, by their squared error (the paper). cross-entropy: logits, by the softmax over classes.")]
    public RelationLoss Loss { get; init; } = RelationLoss.CrossEntropy;

    /// <summary>Filters of the module's blocks.</summary>
    [Description("Filters of the relation module's two blocks.")]
    [Range(1, 4096)]
    public int Filters { get; init; } = 64;

    /// <summary>Width of the module's fully connected layer.</summary>
    [Description("Width of the relation module's fully connected layer.")]
    [Range(1, 65536)]
    public int Hidden { get; init; } = 8;

    /// <summary>Whether blocks halve their maps.</summary>
    [Description("true: 2x2 max pooling after each block of the relation module while maps have 2x2 pixels or more (the paper).")]
    public bool Pooling { get; init; } = true;

    /// <summary>Whether blocks normalise.</summary>
    [Description("true: batch normalisation in the relation module, over all pairs of a query and a class (the paper). false: each pair is scored by itself.")]
    public bool BatchNorm { get; init; } = true;
}

/// <summary>Relation networks (arXiv:1711.06025).</summary>
/// <param name="model">The model; its body computes the features, maps or vectors.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class RelationNet(ISplitModel model, RelationNetOptions? options = null) : ComparisonMethod(
    model,
    (options ?? new RelationNetOptions()).Loss == RelationLoss.Mse ? Losses.MeanSquaredError : Losses.CrossEntropy,
    new RelationModule(model.FeatureShape, options ?? new RelationNetOptions()).Parameters)
{
    private readonly RelationNetOptions _options = options ?? new RelationNetOptions();
    private readonly RelationModule _module = new(model.FeatureShape, options ?? new RelationNetOptions());
    private readonly RelationNet? _ofLogits = options?.Loss == RelationLoss.Mse ? new(model, options with { Loss = RelationLoss.CrossEntropy }) : null;

    /// <inheritdoc/>
    /// <remarks>
    /// With squared errors, r_ij tells by itself whether query j fits class i. That it fits exactly one of the classes has the probability
    /// r_ij / (1 - r_ij) for each, over their sum: the softmax of the scores before their sigmoid.
    /// </remarks>
    protected internal override ComparisonMethod OfLogits => _ofLogits ?? this;

    /// <inheritdoc/>
    /// <remarks>A class's features are a sum over its examples.</remarks>
    protected internal override bool CountsExamples => true;

    /// <inheritdoc/>
    protected internal override bool MixesQueries => _options.BatchNorm;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var classes_TCF = comparison.Labels.transpose(1, 2).bmm(comparison.Support);
        var scores_TQC = _module.Scores(parameters, classes_TCF, comparison.Queries);
        return _options.Loss == RelationLoss.Mse ? Ops.Sigmoid(scores_TQC) : scores_TQC;
    }
}
