using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>Copies between managed arrays and tensors.</summary>
public static class TensorData
{
    /// <summary>A new tensor with a copy of the values.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">float32, or float64 (in tests).</param>
    /// <param name="device">Where it lies; null for the CPU.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than the shape holds, or the type is neither of the two.</exception>
    public static Tensor FromValues(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        var tensor = empty(shape, ScalarType.Float32);
        Check(tensor, values.Length);
        values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return Move(tensor, dtype, device);
    }

    /// <inheritdoc cref="FromValues(ReadOnlySpan{float}, ReadOnlySpan{long}, ScalarType, Device)"/>
    public static Tensor FromValues(ReadOnlySpan<double> values, ReadOnlySpan<long> shape, ScalarType dtype = ScalarType.Float64, Device? device = null)
    {
        var tensor = empty(shape, ScalarType.Float64);
        Check(tensor, values.Length);
        values.CopyTo(MemoryMarshal.Cast<byte, double>(tensor.bytes));
        return Move(tensor, dtype, device);
    }

    /// <summary>The values of a tensor, row-major, as double.</summary>
    public static double[] ToDoubles(Tensor tensor) =>
        MemoryMarshal.Cast<byte, double>(Plain(tensor, ScalarType.Float64).bytes).ToArray();

    /// <summary>Writes the values of a tensor, row-major, as float.</summary>
    /// <param name="tensor">Of any type, on any device.</param>
    /// <param name="destination">As many as the tensor has.</param>
    public static void CopyTo(Tensor tensor, Span<float> destination) =>
        MemoryMarshal.Cast<byte, float>(Plain(tensor, ScalarType.Float32).bytes).CopyTo(destination);

    private static Tensor Plain(Tensor tensor, ScalarType dtype)
    {
        var local = tensor.device_type == DeviceType.CPU ? tensor : tensor.cpu();
        return (local.dtype == dtype ? local : local.to_type(dtype)).contiguous();
    }

    // A GPU copies by itself out of memory that the system may not move, while this thread prepares the next copy. libtorch keeps the staging
    // memory until the copy is done, also when its tensor is freed before.
    private static Tensor Move(Tensor tensor, ScalarType dtype, Device? device)
    {
        var typed = tensor.dtype == dtype ? tensor : tensor.to_type(dtype);
        if (device is null || device.type == DeviceType.CPU)
        {
            return typed;
        }

        var staged = device.type == DeviceType.CUDA ? typed.pin_memory() : typed;
        return staged.to(device, non_blocking: true);
    }

    private static void Check(Tensor tensor, int values)
    {
        if (tensor.NumberOfElements != values)
        {
            throw new ArgumentException(
                $"{values} values do not fill the shape [{string.Join(", ", tensor.shape)}], which holds {tensor.NumberOfElements}; pass one value an element.");
        }
    }
}
