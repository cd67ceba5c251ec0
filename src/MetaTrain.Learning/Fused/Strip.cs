using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>A cache line of values: two vectors, of channels that are computed side by side.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct Strip<T>(Vector256<T> low, Vector256<T> high)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector256<T> _low = low;
    private readonly Vector256<T> _high = high;

    /// <summary>Values of a strip.</summary>
    public static int Width => 2 * Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> operator +(Strip<T> x, Strip<T> y) => new(x._low + y._low, x._high + y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> operator -(Strip<T> x, Strip<T> y) => new(x._low - y._low, x._high - y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> operator *(Strip<T> x, Strip<T> y) => new(x._low * y._low, x._high * y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> operator /(Strip<T> x, Strip<T> y) => new(x._low / y._low, x._high / y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> Load(T* source) => new(Vector256.Load(source), Vector256.Load(source + Vector256<T>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> Of(T value) => new(Vector256.Create(value), Vector256.Create(value));

    /// <summary>x y + z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> MultiplyAdd(Strip<T> x, Strip<T> y, Strip<T> z) =>
        new(Simd<T>.MultiplyAdd(x._low, y._low, z._low), Simd<T>.MultiplyAdd(x._high, y._high, z._high));

    /// <summary>The value where the gate is positive, zero elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> WherePositive(Strip<T> gate, Strip<T> value) =>
        new(Simd<T>.WherePositive(gate._low, value._low), Simd<T>.WherePositive(gate._high, value._high));

    /// <summary>max(0, x); what is not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> Relu(Strip<T> x) => new(Simd<T>.Relu(x._low), Simd<T>.Relu(x._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Strip<T> Sqrt(Strip<T> x) => new(Vector256.Sqrt(x._low), Vector256.Sqrt(x._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target)
    {
        _low.Store(target);
        _high.Store(target + Vector256<T>.Count);
    }
}
