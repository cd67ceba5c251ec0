using System.Collections.Immutable;

namespace MetaTrain.Learning.Models;

/// <summary>How <see cref="Conv4"/> halves its images.</summary>
public enum Pooling
{
    /// <summary>By convolutions with stride 2, as MAML on Omniglot.</summary>
    Stride,

    /// <summary>By 2x2 max pooling after each block, as MAML on miniImageNet and prototypical networks.</summary>
    Max,
}

/// <summary>
/// Four blocks of 3x3 convolution, batch normalisation (statistics of each task's own batch, epsilon 1e-5) and ReLU, then a fully
/// connected head: the network of matching networks (Vinyals et al. 2016), MAML and prototypical networks.
/// Parameters <c>conv1</c> to <c>conv4</c>, <c>norm1</c> to <c>norm4</c> and <c>head</c>.
/// </summary>
public sealed class Conv4 : LayeredModel
{
    /// <summary>Its blocks, and how often an image can be halved.</summary>
    public const int Blocks = 4;

    /// <summary>A network for images of this size.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    /// <param name="filters">Filters of every convolution.</param>
    /// <param name="outputs">Classes.</param>
    /// <param name="pooling">How images are halved.</param>
    /// <param name="halvings">By how many blocks, the first ones; relation networks keep larger maps with 2.</param>
    /// <exception cref="ArgumentException">Nothing would be left of the image after four blocks.</exception>
    public Conv4(int channels, int height, int width, int filters, int outputs, Pooling pooling = Pooling.Stride, int halvings = Blocks)
        : base(
            Enumerable.Range(1, Blocks).SelectMany(block => Block(block, block == 1 ? channels : filters, filters, block <= halvings ? pooling : null)),
            new LinearLayer("head", filters * LastPixels(height, width, pooling, halvings), outputs))
    {
        FeatureShape = [filters, LastSize(height, pooling, halvings), LastSize(width, pooling, halvings)];
    }

    /// <inheritdoc/>
    public override ImmutableArray<int> FeatureShape { get; }

    private static IEnumerable<LayerDefinition> Block(int block, int inputs, int filters, Pooling? pooling)
    {
        LayerDefinition[] layers =
        [
            new ConvolutionLayer($"conv{block}", inputs, filters, pooling == Pooling.Stride ? 2 : 1),
            new BatchNormReluLayer($"norm{block}", filters),
        ];
        return pooling == Pooling.Max ? layers.Append(new MaxPoolLayer()) : layers;
    }

    /// <summary>The pixels that four blocks leave of an image.</summary>
    private static int LastPixels(int height, int width, Pooling pooling, int halvings)
    {
        var (lastHeight, lastWidth) = (LastSize(height, pooling, halvings), LastSize(width, pooling, halvings));
        return lastHeight > 0 && lastWidth > 0 ? lastHeight * lastWidth : throw new ArgumentException(
            $"Images of {height}x{width} pixels are too small for {halvings} blocks of max pooling; use images of at least {1 << halvings}x{1 << halvings}, or pooling: stride.");
    }

    private static int LastSize(int size, Pooling pooling, int halvings) => Enumerable.Range(0, halvings)
        .Aggregate(size, (left, _) => pooling == Pooling.Stride ? (left + 1) / 2 : left / 2);
}
