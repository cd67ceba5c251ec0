namespace MetaTrain.Learning.Models;

/// <summary>
/// A multilayer perceptron: fully connected layers with ReLU between, <c>layer1</c>, <c>layer2</c> ... and <c>head</c>.
/// MAML's sinusoid network is [1, 40, 40, 1].
/// </summary>
public sealed class Mlp : LayeredModel
{
    /// <summary>A perceptron of these sizes.</summary>
    /// <param name="sizes">Inputs, each hidden layer's width, outputs.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public Mlp(params ReadOnlySpan<int> sizes)
        : base(Hidden(sizes), new LinearLayer("head", sizes[^2], sizes[^1]))
    {
    }

    private static List<LayerDefinition> Hidden(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length < 2)
        {
            throw new ArgumentException("A perceptron needs at least two sizes: its inputs and its outputs.", nameof(sizes));
        }

        List<LayerDefinition> layers = [];
        for (var layer = 1; layer < sizes.Length - 1; layer++)
        {
            layers.AddRange([new LinearLayer($"layer{layer}", sizes[layer - 1], sizes[layer]), new ReluLayer()]);
        }

        return layers;
    }
}
