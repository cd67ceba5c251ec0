using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

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
public sealed class Conv4 : ISplitModel
{
    private const int Blocks = 4;

    private readonly Pooling _pooling;

    /// <summary>A network for images of this size.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    /// <param name="filters">Filters of every convolution.</param>
    /// <param name="outputs">Classes.</param>
    /// <param name="pooling">How images are halved.</param>
    /// <exception cref="ArgumentException">Nothing would be left of the image after four blocks.</exception>
    public Conv4(int channels, int height, int width, int filters, int outputs, Pooling pooling = Pooling.Stride)
    {
        _pooling = pooling;
        var (lastHeight, lastWidth) = (height, width);
        var parameters = ImmutableArray.CreateBuilder<ParameterDefinition>();
        for (var block = 1; block <= Blocks; block++)
        {
            parameters.AddRange(ParameterDefinition.Conv3x3($"conv{block}", block == 1 ? channels : filters, filters));
            parameters.AddRange(ParameterDefinition.BatchNorm($"norm{block}", filters));
            (lastHeight, lastWidth) = pooling == Pooling.Stride
                ? ((lastHeight + 1) / 2, (lastWidth + 1) / 2)
                : (lastHeight / 2, lastWidth / 2);
        }

        if (lastHeight < 1 || lastWidth < 1)
        {
            throw new ArgumentException(
                $"Images of {height}x{width} pixels are too small for four blocks of max pooling; use images of at least 16x16, or pooling: stride.");
        }

        parameters.AddRange(ParameterDefinition.Linear("head", filters * lastHeight * lastWidth, outputs));
        Parameters = parameters.ToImmutable();
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public bool MixesExamples => true;

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x)
    {
        var h_TNHWC = Ops.ChannelsLast(x);
        var stride = _pooling == Pooling.Stride ? 2 : 1;
        for (var block = 1; block <= Blocks; block++)
        {
            h_TNHWC = Ops.Conv3x3(h_TNHWC, parameters[$"conv{block}.weight"], parameters[$"conv{block}.bias"], stride);
            h_TNHWC = Ops.BatchNormRelu(h_TNHWC, parameters[$"norm{block}.weight"], parameters[$"norm{block}.bias"]);
            h_TNHWC = _pooling == Pooling.Max ? Ops.MaxPool2x2(h_TNHWC) : h_TNHWC;
        }

        return Ops.FlattenImages(h_TNHWC);
    }

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) =>
        Ops.Linear(features, parameters["head.weight"], parameters["head.bias"]);
}
