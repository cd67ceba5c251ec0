using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>
/// MAML's network without convolutions for Omniglot (arXiv:1703.03400, section 5.2): fully connected layers of 256, 128, 64 and 64, each
/// with batch normalisation (statistics of each task's own batch) and ReLU, then a head.
/// Parameters <c>layer1</c> to <c>layer4</c>, <c>norm1</c> to <c>norm4</c> and <c>head</c>.
/// </summary>
public sealed class NoConvNet : ISplitModel
{
    private readonly int _layers;

    /// <summary>A network of these sizes.</summary>
    /// <param name="inputs">Values of one input.</param>
    /// <param name="hidden">Widths of the hidden layers; the paper's are 256, 128, 64, 64.</param>
    /// <param name="outputs">Classes.</param>
    public NoConvNet(int inputs, ReadOnlySpan<int> hidden, int outputs)
    {
        _layers = hidden.Length;
        var parameters = ImmutableArray.CreateBuilder<ParameterDefinition>();
        var width = inputs;
        for (var layer = 1; layer <= _layers; layer++)
        {
            parameters.AddRange(ParameterDefinition.Linear($"layer{layer}", width, hidden[layer - 1]));
            parameters.AddRange(ParameterDefinition.BatchNorm($"norm{layer}", hidden[layer - 1]));
            width = hidden[layer - 1];
        }

        parameters.AddRange(ParameterDefinition.Linear("head", width, outputs));
        Parameters = parameters.ToImmutable();
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public bool MixesExamples => true;

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x)
    {
        var h_TND = Ops.Flatten(x);
        for (var layer = 1; layer <= _layers; layer++)
        {
            h_TND = Ops.Linear(h_TND, parameters[$"layer{layer}.weight"], parameters[$"layer{layer}.bias"]);
            h_TND = Ops.BatchNormRelu(h_TND, parameters[$"norm{layer}.weight"], parameters[$"norm{layer}.bias"]);
        }

        return h_TND;
    }

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) =>
        Ops.Linear(features, parameters["head.weight"], parameters["head.bias"]);
}
