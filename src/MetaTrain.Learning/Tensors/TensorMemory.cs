using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>The memory of tensors, for kernels written in C#. A dispose scope must keep the tensor alive meanwhile.</summary>
internal static class TensorMemory
{
    /// <summary>True when kernels can compute with it: float or double, in memory that the processor sees.</summary>
    public static bool Reaches(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.Float64;

    /// <summary>The first value.</summary>
    /// <param name="contiguous">A contiguous tensor of that type, in memory that the processor sees.</param>
    public static unsafe T* Of<T>(Tensor contiguous)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(contiguous.bytes));
}
