// One block, of which there are four:
//   h = norm3(conv3(act(norm2(conv2(act(norm1(conv1(x))))))),  y = maxpool2x2(act(h + norm(shortcut(x)))),  act = leaky ReLU of slope 0.1,
// where conv1 to conv3 are 3x3, shortcut is 1x1, and none has a bias, which the normalisation behind it would take away again.
// Lee, Maji, Ravichandran, Soatto: Meta-Learning with Differentiable Convex Optimization, CVPR 2019, arXiv:1904.03758, as in the authors' code,
// which follows Oreshkin, Rodriguez Lopez, Lacoste: TADAM, NeurIPS 2018, arXiv:1805.10123.
// Legend: T tasks, N examples, H, W, C an image with its channels last.
using System.Collections.Immutable;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Models;

/// <summary>What <see cref="ResNet12"/> makes of the maps of its last block.</summary>
public enum FinalPooling
{
    /// <summary>The mean over all pixels of a map.</summary>
    Average,

    /// <summary>The maps as they are.</summary>
    None,
}

/// <summary>
/// The residual network of twelve convolutions of few-shot image classification (MetaOptNet, TADAM), with batch statistics of each task's own
/// batch (epsilon 1e-5), and without the authors' DropBlock. Parameters are named as in MetaOptNet's code, <c>layer1.0.conv1.weight</c>,
/// <c>layer1.0.bn1.weight</c>, <c>layer1.0.downsample.0.weight</c>, and the head <c>head.weight</c>.
/// </summary>
/// <remarks>It is no list of layers: blocks are computed through autograd.</remarks>
public sealed class ResNet12 : ISplitModel
{
    private const int Blocks = 4;
    private const int ConvolutionsABlock = 3;
    private const double Slope = 0.1;

    private readonly FinalPooling _pooling;

    /// <summary>A network for images of this size.</summary>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    /// <param name="widths">Filters of each block's convolutions: four.</param>
    /// <param name="outputs">Classes.</param>
    /// <param name="pooling">What becomes of the last block's maps.</param>
    /// <exception cref="ArgumentException">There are not four widths, or nothing would be left of the image after four blocks.</exception>
    public ResNet12(int channels, int height, int width, ReadOnlySpan<int> widths, int outputs, FinalPooling pooling = FinalPooling.Average)
    {
        if (widths.Length != Blocks)
        {
            throw new ArgumentException($"There are {widths.Length} widths: there must be {Blocks}, one for each block.", nameof(widths));
        }

        var (lastHeight, lastWidth) = (height >> Blocks, width >> Blocks);
        if (lastHeight == 0 || lastWidth == 0)
        {
            throw new ArgumentException($"Images of {height}x{width} pixels are too small for four blocks of max pooling; use images of at least 16x16.");
        }

        _pooling = pooling;
        FeatureShape = pooling == FinalPooling.Average ? [widths[^1]] : [widths[^1], lastHeight, lastWidth];
        int[] inputs = [channels, .. widths[..^1]];
        var features = FeatureShape.Aggregate(1, (product, size) => product * size);
        Parameters = [.. inputs.Zip(widths.ToArray()).SelectMany((block, at) => Block(at + 1, block.First, block.Second)), .. ParameterDefinition.Linear("head", features, outputs)];
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public bool MixesExamples => true;

    /// <inheritdoc/>
    public ImmutableArray<int> FeatureShape { get; }

    /// <inheritdoc/>
    public bool IsNorm(string layer) => layer.Contains(".bn", StringComparison.Ordinal) || layer.EndsWith(".downsample.1", StringComparison.Ordinal);

    /// <inheritdoc/>
    public Tensor Features(ParameterSet parameters, Tensor x)
    {
        var maps_TNHWC = Enumerable.Range(1, Blocks).Aggregate(Ops.ChannelsLast(x), (h, block) => Forward(parameters, $"layer{block}.0", h));
        return _pooling == FinalPooling.Average ? Ops.GlobalAverage(maps_TNHWC) : Ops.FlattenImages(maps_TNHWC);
    }

    /// <inheritdoc/>
    public Tensor Head(ParameterSet parameters, Tensor features) => Ops.Linear(features, parameters, "head");

    private static Tensor Forward(ParameterSet parameters, string block, Tensor x)
    {
        var h = x;
        for (var at = 1; at <= ConvolutionsABlock; at++)
        {
            h = Ops.Conv3x3(h, parameters[$"{block}.conv{at}.weight"]);
            var (weight, bias) = (parameters[$"{block}.bn{at}.weight"], parameters[$"{block}.bn{at}.bias"]);
            h = at < ConvolutionsABlock ? Ops.BatchNormLeakyRelu(h, weight, bias, Slope) : Ops.BatchNorm(h, weight, bias);
        }

        var (scale, shift) = (parameters[$"{block}.downsample.1.weight"], parameters[$"{block}.downsample.1.bias"]);
        var shortcut = Ops.BatchNorm(Ops.Conv1x1(x, parameters[$"{block}.downsample.0.weight"]), scale, shift);
        return Ops.MaxPool2x2(Ops.LeakyRelu(Ops.Add(h, shortcut), Slope));
    }

    private static IEnumerable<ParameterDefinition> Block(int block, int inputs, int filters) =>
    [
        .. Enumerable.Range(1, ConvolutionsABlock).SelectMany(at => (IEnumerable<ParameterDefinition>)
        [
            Kernel($"layer{block}.0.conv{at}", at == 1 ? inputs : filters, filters, size: 3),
            .. ParameterDefinition.BatchNorm($"layer{block}.0.bn{at}", filters),
        ]),
        Kernel($"layer{block}.0.downsample.0", inputs, filters, size: 1),
        .. ParameterDefinition.BatchNorm($"layer{block}.0.downsample.1", filters),
    ];

    /// <summary>A kernel without a bias, from He's normal distribution by the outputs (He et al. 2015, arXiv:1502.01852, equation 14).</summary>
    private static ParameterDefinition Kernel(string name, int inputs, int outputs, int size) =>
        new($"{name}.weight", [outputs, inputs, size, size], Initializer.Normal(Math.Sqrt(2.0 / (size * size * outputs))));
}
