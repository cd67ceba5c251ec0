using System.Collections.Immutable;
using System.Numerics;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// A network of layers that know their own gradients and tangents. Immutable; traces and weights made for it belong to one thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class FusedNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<FusedLayer<T>> _layers = [];

    // Where a parameter's packed values begin, and for each of them its place among the parameter's own, -1 for padding.
    private readonly List<(string Name, int Offset, int[] Sources)> _places = [];
    private readonly List<LayerRange> _ranges = [];
    private readonly bool _isOnFeatures;

    private FusedNetwork(bool isOnFeatures) => _isOnFeatures = isOnFeatures;

    /// <summary>What the first layer reads.</summary>
    public NodeShape Input { get; private set; }

    /// <summary>What the last layer gives.</summary>
    public NodeShape Output { get; private set; }

    /// <summary>How examples become the first node; null for a network on features.</summary>
    public InputGather? Gather { get; private set; }

    /// <summary>The layers, in order.</summary>
    public IReadOnlyList<FusedLayer<T>> Layers => _layers;

    /// <summary>Where the parameters of each layer that has any lie among the packed ones: one range after the other.</summary>
    public IReadOnlyList<LayerRange> Ranges => _ranges;

    /// <summary>Packed parameters, padding included.</summary>
    public int PackedLength { get; private set; }

    /// <summary>Transposed weights.</summary>
    public int TransposedLength { get; private set; }

    /// <summary>
    /// Floating-point operations that one example costs: a forward and a backward pass, and the tangents of both.
    /// A multiplication with its addition counts as two; what a border cuts off is not counted, nor anything but products.
    /// </summary>
    public (long FirstOrder, long Tangent) Operations
    {
        get
        {
            var (first, tangent) = (0L, 0L);
            foreach (var layer in _layers.OfType<AffineLayer<T>>())
            {
                first += 2 * layer.Multiplications * (layer.HasInputGradient ? 3 : 2);
                tangent += 2 * layer.Multiplications * (layer.HasInputGradient ? 6 : 2);
            }

            return (first, tangent);
        }
    }

    /// <summary>A network on examples.</summary>
    /// <param name="layers">Its layers.</param>
    /// <param name="input">The shape of an example: [channels, height, width], or values.</param>
    /// <returns>Null when a layer cannot stand where it stands.</returns>
    public static FusedNetwork<T>? OnData(IEnumerable<LayerDefinition> layers, ImmutableArray<int> input)
    {
        var network = new FusedNetwork<T>(isOnFeatures: false);
        var length = input.Aggregate(1, (product, size) => product * size);
        var shape = layers.First() is ConvolutionLayer ? new ImageShape(input[0], input[1], input[2]) : new ImageShape(length, 1, 1);
        return network.Build(layers, shape) ? network : null;
    }

    /// <summary>A network on what another one gives.</summary>
    /// <param name="layer">Its only layer.</param>
    /// <param name="features">The other's output.</param>
    public static FusedNetwork<T> OnFeatures(LinearLayer layer, NodeShape features)
    {
        var network = new FusedNetwork<T>(isOnFeatures: true);
        network.Build([layer], new ImageShape(features.Channels, features.Pixels, 1));
        return network;
    }

    /// <summary>Where each packed value lies in a flat vector, -1 for padding.</summary>
    /// <param name="layout">The flat vector's parameters.</param>
    /// <param name="prefix">What their names begin with, before the network's own names.</param>
    public int[] MapTo(ParameterLayout layout, string prefix = "") => MapTo(name => layout.Slots[layout.IndexOf(prefix + name)].Offset);

    /// <summary>Where each packed value lies in a flat vector, -1 for padding and for what is not there.</summary>
    /// <param name="offsetOf">Where the parameter of a name begins; null for one that is not there.</param>
    public int[] MapTo(Func<string, int?> offsetOf)
    {
        var map = new int[PackedLength];
        Array.Fill(map, -1);
        foreach (var (name, first, sources) in _places)
        {
            var offset = offsetOf(name);
            for (var at = 0; at < sources.Length; at++)
            {
                map[first + at] = sources[at] < 0 || offset is null ? -1 : offset.Value + sources[at];
            }
        }

        return map;
    }

    /// <summary>Writes the transposed weights of every layer.</summary>
    public void Transpose(T* packed, T* transposed)
    {
        foreach (var layer in _layers)
        {
            if (layer is AffineLayer<T> { HasInputGradient: true } affine)
            {
                affine.Matrix.TransposeTo(packed + affine.Offset, affine.Taps, transposed + affine.TransposedOffset);
            }
        }
    }

    private bool Build(IEnumerable<LayerDefinition> layers, ImageShape shape)
    {
        var isFirst = true;
        foreach (var layer in layers)
        {
            switch (layer)
            {
                case ConvolutionLayer conv when isFirst:
                    Gather = InputGather.Patches(shape.Channels, shape.Height, shape.Width, conv.Stride);
                    AddAffine(conv.Name, Connections.Pointwise(Gather.Shape.Pixels), Gather.Shape.Channels, conv.Outputs, (row, output) =>
                        (((output * shape.Channels) + (row % shape.Channels)) * 9) + (row / shape.Channels));
                    Input = Gather.Shape;
                    shape = shape.Convolved(conv.Outputs, conv.Stride);
                    break;
                case ConvolutionLayer conv:
                    var channels = shape.Channels;
                    AddAffine(conv.Name, Connections.Convolution3x3(shape.Height, shape.Width, conv.Stride), channels, conv.Outputs, (row, output) =>
                        (((output * channels) + (row % channels)) * 9) + (row / channels));
                    shape = shape.Convolved(conv.Outputs, conv.Stride);
                    break;
                case LinearLayer linear:
                    if (isFirst)
                    {
                        (Gather, Input) = (_isOnFeatures ? null : InputGather.Flat(shape.Channels), new NodeShape(shape.Pixels, shape.Channels));
                    }

                    // Features are ordered [channel, pixel] in the flat weights, [pixel, channel] here.
                    var (pixels, depth) = (shape.Pixels, shape.Channels);
                    AddAffine(linear.Name, Connections.Full(pixels), depth, linear.Outputs, (row, output) =>
                        (output * pixels * depth) + (row % depth * pixels) + (row / depth));
                    shape = new ImageShape(linear.Outputs, 1, 1);
                    break;
                case BatchNormReluLayer norm when !isFirst && _layers[^1] is AffineLayer<T>:
                    AddNorm(norm, new NodeShape(shape.Pixels, shape.Channels));
                    break;
                case ReluLayer when !isFirst:
                    _layers.Add(new ReluLayer<T>(new NodeShape(shape.Pixels, shape.Channels)));
                    break;
                case MaxPoolLayer when !isFirst:
                    _layers.Add(new MaxPoolLayer<T>(shape.Height, shape.Width, shape.Channels));
                    shape = new ImageShape(shape.Channels, shape.Height / 2, shape.Width / 2);
                    break;
                default:
                    return false;
            }

            isFirst = false;
        }

        Output = _layers[^1].Output;
        return true;
    }

    private void AddAffine(string name, Connections connections, int inputs, int outputs, Func<int, int, int> indexOf)
    {
        var kind = _layers.Count > 0 ? InputKind.Layer : _isOnFeatures ? InputKind.Features : InputKind.Data;
        var layer = new AffineLayer<T>(connections, inputs, outputs, kind, PackedLength, TransposedLength);
        var sources = new int[layer.Matrix.Length];
        Array.Fill(sources, -1);
        for (var row = 0; row < layer.Matrix.Rows; row++)
        {
            for (var output = 0; output < outputs; output++)
            {
                sources[layer.Matrix.IndexOf(row, output)] = indexOf(row, output);
            }
        }

        _places.Add(($"{name}.weight", layer.Offset, sources));
        _places.Add(($"{name}.bias", layer.BiasOffset, [.. Enumerable.Range(0, outputs)]));
        PackedLength = layer.BiasOffset + layer.Matrix.PaddedColumns;
        _ranges.Add(new LayerRange(name, layer.Offset, PackedLength - layer.Offset, IsNorm: false));
        TransposedLength += layer.Transposed.Length;
        _layers.Add(layer);
    }

    private void AddNorm(BatchNormReluLayer norm, NodeShape shape)
    {
        var layer = new NormReluLayer<T>(shape, BatchNormReluLayer.Epsilon, PackedLength);
        int[] sources = [.. Enumerable.Range(0, shape.Channels)];
        _places.Add(($"{norm.Name}.weight", layer.Offset, sources));
        _places.Add(($"{norm.Name}.bias", layer.Offset + layer.Channels, sources));
        PackedLength += 2 * layer.Channels;
        _ranges.Add(new LayerRange(norm.Name, layer.Offset, PackedLength - layer.Offset, IsNorm: true));
        _layers.Add(layer);
    }

    private readonly record struct ImageShape(int Channels, int Height, int Width)
    {
        public int Pixels => Height * Width;

        public ImageShape Convolved(int outputs, int stride) => new(outputs, ((Height - 1) / stride) + 1, ((Width - 1) / stride) + 1);
    }
}
