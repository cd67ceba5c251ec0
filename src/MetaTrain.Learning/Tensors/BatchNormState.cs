using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaTrain.Learning.Tensors;

/// <summary>What a batch normalisation remembers for its gradients, in managed memory: it lives as long as the graph that refers to it.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="tasks">T.</param>
/// <param name="rows">M: examples and pixels of a task.</param>
/// <param name="channels">C.</param>
/// <param name="epsilon">Added to the variance.</param>
internal sealed unsafe class BatchNormState<T>(int tasks, int rows, int channels, double epsilon)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Pinned for good: pointers into it stay valid while a kernel runs.
    private readonly T[] _values = GC.AllocateArray<T>(4 * tasks * channels, pinned: true);

    /// <summary>T.</summary>
    public int Tasks { get; } = tasks;

    /// <summary>M.</summary>
    public int Rows { get; } = rows;

    /// <summary>C.</summary>
    public int Channels { get; } = channels;

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>[T, C].</summary>
    public T* Weight => At(0);

    /// <summary>[T, C].</summary>
    public T* Bias => At(1);

    /// <summary>[T, C].</summary>
    public T* Mean => At(2);

    /// <summary>1 / sqrt(variance + epsilon): [T, C].</summary>
    public T* Inverse => At(3);

    /// <summary>Copies the scale and shift.</summary>
    public void SetScale(ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
    {
        weight.CopyTo(_values);
        bias.CopyTo(_values.AsSpan(Tasks * Channels));
    }

    private T* At(int kind) => (T*)Unsafe.AsPointer(ref _values[kind * Tasks * Channels]);
}
