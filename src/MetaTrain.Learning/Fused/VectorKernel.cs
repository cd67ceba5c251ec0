using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>Element by element over packed parameters, whose length is whole vectors.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class VectorKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RunLength = 64;

    /// <summary>The sum of x y: runs of vectors as they are, the runs in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(T* x, T* y, int length)
    {
        var total = 0.0;
        for (var at = 0; at < length;)
        {
            var run = Vector256<T>.Zero;
            for (var end = Math.Min(at + (RunLength * Vector256<T>.Count), length); at < end; at += Vector256<T>.Count)
            {
                run = Simd<T>.MultiplyAdd(Vector256.Load(x + at), Vector256.Load(y + at), run);
            }

            for (var lane = 0; lane < Vector256<T>.Count; lane++)
            {
                total += double.CreateTruncating(run[lane]);
            }
        }

        return total;
    }

    /// <summary>target = x + factor y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(T* x, T factor, T* y, T* target, int length)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < length; at += Vector256<T>.Count)
        {
            Simd<T>.MultiplyAdd(scale, Vector256.Load(y + at), Vector256.Load(x + at)).Store(target + at);
        }
    }

    /// <summary>target = x + factor y z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(T* x, T factor, T* y, T* z, T* target, int length)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < length; at += Vector256<T>.Count)
        {
            Simd<T>.MultiplyAdd(scale * Vector256.Load(y + at), Vector256.Load(z + at), Vector256.Load(x + at)).Store(target + at);
        }
    }

    /// <summary>target = factor x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(T factor, T* x, T* target, int length)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < length; at += Vector256<T>.Count)
        {
            (scale * Vector256.Load(x + at)).Store(target + at);
        }
    }

    /// <summary>target = factor x y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Product(T factor, T* x, T* y, T* target, int length)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < length; at += Vector256<T>.Count)
        {
            (scale * Vector256.Load(x + at) * Vector256.Load(y + at)).Store(target + at);
        }
    }

    /// <summary>Adam without momentum: m = b2 m + (1 - b2) g^2; target = x - rate g / (sqrt(correction m) + e).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AdamStep(T* x, T* g, T* moments, T* target, (T Beta2, T Correction, T Rate, T Epsilon) s, int length)
    {
        var (decay, added) = (Vector256.Create(s.Beta2), Vector256.Create(T.One - s.Beta2));
        var (correction, rate, epsilon) = (Vector256.Create(s.Correction), Vector256.Create(s.Rate), Vector256.Create(s.Epsilon));
        for (var at = 0; at < length; at += Vector256<T>.Count)
        {
            var gradient = Vector256.Load(g + at);
            var moment = (decay * Vector256.Load(moments + at)) + (added * gradient * gradient);
            moment.Store(moments + at);
            var direction = gradient / (Vector256.Sqrt(correction * moment) + epsilon);
            (Vector256.Load(x + at) - (rate * direction)).Store(target + at);
        }
    }
}
