using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>
/// y = W x without a bias, from zeros: parameter <c>head.weight</c>. Its summed squared error over D examples of D values is the quadratic
/// function |X w - y|^2 of its weights, which is what <c>quadratics</c> wants minimised.
/// </summary>
/// <param name="inputs">Values in.</param>
/// <param name="outputs">Values out.</param>
public sealed class LinearModel(int inputs, int outputs) : ISplitModel
{
    private const string Weight = ISplitModel.HeadPrefix + "weight";

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; } = [new(Weight, [outputs, inputs], Initializer.Constant(0))];

    /// <inheritdoc/>
    public bool MixesExamples => false;

    /// <inheritdoc/>
    public ImmutableArray<int> FeatureShape => [inputs];

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x) => Ops.Flatten(x);

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) =>
        Ops.Linear(features, parameters[Weight], zeros(1, outputs, dtype: features.dtype, device: features.device));
}

/// <summary>Options of <see cref="LinearModel"/>: none.</summary>
public sealed record LinearOptions;
