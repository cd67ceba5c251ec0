using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>
/// A multilayer perceptron: fully connected layers with ReLU between, <c>layer1</c>, <c>layer2</c> ... and <c>head</c>.
/// MAML's sinusoid network is [1, 40, 40, 1].
/// </summary>
public sealed class Mlp : ISplitModel
{
    private readonly int _hiddenLayers;

    /// <summary>A perceptron of these sizes.</summary>
    /// <param name="sizes">Inputs, each hidden layer's width, outputs.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public Mlp(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length < 2)
        {
            throw new ArgumentException("A perceptron needs at least two sizes: its inputs and its outputs.", nameof(sizes));
        }

        _hiddenLayers = sizes.Length - 2;
        var parameters = ImmutableArray.CreateBuilder<ParameterDefinition>();
        for (var layer = 1; layer < sizes.Length; layer++)
        {
            parameters.AddRange(ParameterDefinition.Linear(layer <= _hiddenLayers ? $"layer{layer}" : "head", sizes[layer - 1], sizes[layer]));
        }

        Parameters = parameters.ToImmutable();
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public bool MixesExamples => false;

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x)
    {
        var h_TND = Ops.Flatten(x);
        for (var layer = 1; layer <= _hiddenLayers; layer++)
        {
            h_TND = Ops.Relu(Ops.Linear(h_TND, parameters[$"layer{layer}.weight"], parameters[$"layer{layer}.bias"]));
        }

        return h_TND;
    }

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) =>
        Ops.Linear(features, parameters["head.weight"], parameters["head.bias"]);
}
