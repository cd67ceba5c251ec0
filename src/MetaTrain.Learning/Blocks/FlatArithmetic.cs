using System.Numerics;
using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Blocks;

/// <summary>Sums and means of flat vectors, and whether they are finite, value by value: the width of a processor's vectors changes nothing in the bits.</summary>
public static class FlatArithmetic
{
    /// <summary>sum[i] += other[i].</summary>
    /// <param name="sum">[P].</param>
    /// <param name="other">[P].</param>
    /// <exception cref="ArgumentException">Their lengths differ.</exception>
    public static void Add(Span<float> sum, ReadOnlySpan<float> other)
    {
        if (sum.Length != other.Length)
        {
            throw new ArgumentException($"{other.Length} values cannot be added to {sum.Length}.", nameof(other));
        }

        Add(sum, other, sum);
    }

    /// <summary>sum[i] = left[i] + right[i].</summary>
    /// <param name="left">[P].</param>
    /// <param name="right">[P].</param>
    /// <param name="sum">[P], overwritten.</param>
    /// <exception cref="ArgumentException">Their lengths differ.</exception>
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        if (left.Length != right.Length || left.Length != sum.Length)
        {
            throw new ArgumentException($"{left.Length} and {right.Length} values cannot be added into {sum.Length}.", nameof(sum));
        }

        var wideLeft = MemoryMarshal.Cast<float, Vector<float>>(left);
        var wideRight = MemoryMarshal.Cast<float, Vector<float>>(right);
        var wideSum = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < wideSum.Length; i++)
        {
            wideSum[i] = wideLeft[i] + wideRight[i];
        }

        for (var i = wideSum.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }

    /// <summary>values[i] /= divisor.</summary>
    /// <param name="values">[P].</param>
    /// <param name="divisor">The divisor.</param>
    public static void Divide(Span<float> values, float divisor)
    {
        var wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<float> divisors = new(divisor);
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] /= divisors;
        }

        for (var i = wide.Length * Vector<float>.Count; i < values.Length; i++)
        {
            values[i] /= divisor;
        }
    }

    /// <summary>True when no value is infinite or not a number.</summary>
    /// <param name="values">[P].</param>
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        // All bits of the exponent are set in those, and in no other.
        var wide = MemoryMarshal.Cast<float, Vector<int>>(values);
        Vector<int> exponent = new(BitConverter.SingleToInt32Bits(float.PositiveInfinity));
        foreach (var bits in wide)
        {
            if (Vector.EqualsAny(bits & exponent, exponent))
            {
                return false;
            }
        }

        foreach (var value in values[(wide.Length * Vector<int>.Count)..])
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
