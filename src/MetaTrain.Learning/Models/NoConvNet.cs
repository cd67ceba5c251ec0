namespace MetaTrain.Learning.Models;

/// <summary>
/// MAML's network without convolutions for Omniglot (arXiv:1703.03400, section 5.2): fully connected layers of 256, 128, 64 and 64, each
/// with batch normalisation (statistics of each task's own batch) and ReLU, then a head.
/// Parameters <c>layer1</c> to <c>layer4</c>, <c>norm1</c> to <c>norm4</c> and <c>head</c>.
/// </summary>
public sealed class NoConvNet : LayeredModel
{
    /// <summary>A network of these sizes.</summary>
    /// <param name="inputs">Values of one input.</param>
    /// <param name="hidden">Widths of the hidden layers; the paper's are 256, 128, 64, 64.</param>
    /// <param name="outputs">Classes.</param>
    public NoConvNet(int inputs, ReadOnlySpan<int> hidden, int outputs)
        : base(Hidden(inputs, hidden), new LinearLayer("head", hidden is [.., var last] ? last : inputs, outputs))
    {
    }

    private static List<LayerDefinition> Hidden(int inputs, ReadOnlySpan<int> hidden)
    {
        List<LayerDefinition> layers = [];
        for (var layer = 0; layer < hidden.Length; layer++)
        {
            layers.AddRange(
            [
                new LinearLayer($"layer{layer + 1}", layer == 0 ? inputs : hidden[layer - 1], hidden[layer]),
                new BatchNormReluLayer($"norm{layer + 1}", hidden[layer]),
            ]);
        }

        return layers;
    }
}
