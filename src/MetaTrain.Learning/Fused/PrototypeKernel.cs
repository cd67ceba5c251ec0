// f features [examples, F], l labels one-hot [S, C], p_c = sum_e l_ec f_e / sum_e l_ec;  logits z_qc = -|f_q - p_c|^2.
// Gradients, from that of z: df_q = -2 sum_c dz_qc (f_q - p_c),  dp_c = 2 sum_q dz_qc (f_q - p_c),  df_e = sum_c l_ec dp_c / sum_e l_ec.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>Class means of features, and minus the squared distances to them (Snell et al. 2017, equations 1 and 2).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="classes">C.</param>
/// <param name="length">F: values of an example, zeros of padding included; whole vectors.</param>
internal readonly unsafe struct PrototypeKernel<T>(int classes, int length)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _classes = classes;
    private readonly int _length = length;

    /// <summary>Writes the class means.</summary>
    public void Means(T* features, ReadOnlySpan<T> labels, T* prototypes)
    {
        new Span<T>(prototypes, _classes * _length).Clear();
        for (var at = 0; at < labels.Length; at++)
        {
            if (labels[at] != T.Zero)
            {
                AddScaled(labels[at] / Count(labels, at % _classes), features + ((nint)(at / _classes) * _length), prototypes + ((nint)(at % _classes) * _length));
            }
        }
    }

    /// <summary>Writes logits [queries, stride].</summary>
    public void Logits(T* features, int queries, T* prototypes, T* logits, int stride)
    {
        for (var query = 0; query < queries; query++)
        {
            for (var c = 0; c < _classes; c++)
            {
                logits[(query * stride) + c] = -SquaredDistance(features + ((nint)query * _length), prototypes + ((nint)c * _length));
            }
        }
    }

    /// <summary>Writes the gradients of query features and of prototypes.</summary>
    public void Backward(T* features, int queries, T* prototypes, T* ofLogits, int stride, T* ofFeatures, T* ofPrototypes)
    {
        new Span<T>(ofFeatures, queries * _length).Clear();
        new Span<T>(ofPrototypes, _classes * _length).Clear();
        for (var query = 0; query < queries; query++)
        {
            for (var c = 0; c < _classes; c++)
            {
                Spread(
                    T.CreateTruncating(2) * ofLogits[(query * stride) + c],
                    features + ((nint)query * _length),
                    prototypes + ((nint)c * _length),
                    ofFeatures + ((nint)query * _length),
                    ofPrototypes + ((nint)c * _length));
            }
        }
    }

    /// <summary>Writes the gradient of support features from that of prototypes.</summary>
    public void ToSupport(T* ofPrototypes, ReadOnlySpan<T> labels, T* ofFeatures)
    {
        new Span<T>(ofFeatures, labels.Length / _classes * _length).Clear();
        for (var at = 0; at < labels.Length; at++)
        {
            if (labels[at] != T.Zero)
            {
                AddScaled(labels[at] / Count(labels, at % _classes), ofPrototypes + ((nint)(at % _classes) * _length), ofFeatures + ((nint)(at / _classes) * _length));
            }
        }
    }

    private T Count(ReadOnlySpan<T> labels, int c)
    {
        var count = T.Zero;
        for (var at = c; at < labels.Length; at += _classes)
        {
            count += labels[at];
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddScaled(T factor, T* source, T* target)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < _length; at += Vector256<T>.Count)
        {
            Simd<T>.MultiplyAdd(scale, Vector256.Load(source + at), Vector256.Load(target + at)).Store(target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T SquaredDistance(T* x, T* y)
    {
        var sums = Vector256<T>.Zero;
        for (var at = 0; at < _length; at += Vector256<T>.Count)
        {
            var difference = Vector256.Load(x + at) - Vector256.Load(y + at);
            sums = Simd<T>.MultiplyAdd(difference, difference, sums);
        }

        // Lane after lane: the order in which a processor adds across a vector is its own.
        var sum = T.Zero;
        for (var lane = 0; lane < Vector256<T>.Count; lane++)
        {
            sum += sums[lane];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread(T factor, T* x, T* y, T* ofX, T* ofY)
    {
        var scale = Vector256.Create(factor);
        for (var at = 0; at < _length; at += Vector256<T>.Count)
        {
            var product = scale * (Vector256.Load(x + at) - Vector256.Load(y + at));
            (Vector256.Load(ofX + at) - product).Store(ofX + at);
            (Vector256.Load(ofY + at) + product).Store(ofY + at);
        }
    }
}
