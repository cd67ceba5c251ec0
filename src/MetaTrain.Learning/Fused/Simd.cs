using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Vectors of 32 bytes and what is done with them. Every value is computed in a lane of its own, by operations that round once, so that a
/// result does not depend on how wide the processor's vectors are.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class Simd<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Values of a vector.</summary>
    public static int Width => Vector256<T>.Count;

    /// <summary>Values of a full panel: what a product's tile is wide.</summary>
    public static int Panel => 2 * Vector256<T>.Count;

    /// <summary>Values of a cache line.</summary>
    public static int Line => 64 / sizeof(T);

    /// <summary>x y + z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> x, Vector256<T> y, Vector256<T> z) => typeof(T) == typeof(float)
        ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
        : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    /// <summary>The value where the gate is positive, zero elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> WherePositive(Vector256<T> gate, Vector256<T> value) =>
        Vector256.BitwiseAnd(Vector256.GreaterThan(gate, Vector256<T>.Zero), value);

    /// <summary>max(0, x); what is not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Relu(Vector256<T> x) =>
        Vector256.ConditionalSelect(Vector256.LessThanOrEqual(x, Vector256<T>.Zero), Vector256<T>.Zero, x);

    /// <summary><paramref name="count"/> values rounded up to whole vectors.</summary>
    public static int Padded(int count) => (count + Width - 1) / Width * Width;

    /// <summary>
    /// The distance between rows of so many values: an odd number of cache lines, so that the same columns of consecutive rows spread over the
    /// whole cache instead of a few of its sets.
    /// </summary>
    public static int Stride(int count) => (((count + Line - 1) / Line) | 1) * Line;
}
