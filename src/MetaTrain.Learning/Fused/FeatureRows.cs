using System.Numerics;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Fused;

/// <summary>Between a node's rows, [examples, pixels] of channels, and a tensor of features in PyTorch's order: [1, N, channels * pixels].</summary>
internal static unsafe class FeatureRows
{
    /// <summary>A node's value as a new tensor.</summary>
    public static Tensor Read<T>(Node<T> node)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (pixels, channels) = (node.Shape.Pixels, node.Shape.Channels);
        var features = empty([1, node.Examples, channels * pixels], typeof(T) == typeof(double) ? ScalarType.Float64 : ScalarType.Float32);
        T* target = TensorMemory.Of<T>(features);
        for (var row = 0; row < node.Rows; row++)
        {
            T* source = node.Value + ((nint)row * node.Stride);
            T* to = target + ((nint)(row / pixels) * channels * pixels) + (row % pixels);
            for (var channel = 0; channel < channels; channel++)
            {
                to[(nint)channel * pixels] = source[channel];
            }
        }

        return features;
    }

    /// <summary>A tensor as a node's gradient.</summary>
    public static void Write<T>(Tensor features, Node<T> node)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (pixels, channels) = (node.Shape.Pixels, node.Shape.Channels);
        T* values = TensorMemory.Of<T>(features.contiguous());
        for (var row = 0; row < node.Rows; row++)
        {
            T* to = node.Gradient + ((nint)row * node.Stride);
            T* source = values + ((nint)(row / pixels) * channels * pixels) + (row % pixels);
            for (var channel = 0; channel < channels; channel++)
            {
                to[channel] = source[(nint)channel * pixels];
            }
        }
    }
}
