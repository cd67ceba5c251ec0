namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>Clips a gradient by value, then by norm.</summary>
internal static class GradientClipping
{
    public static void Apply(Span<float> gradient, double? clipValue, double? clipNorm)
    {
        if (clipValue is { } value)
        {
            var bound = (float)value;
            foreach (ref var element in gradient)
            {
                // Written so that NaN stays NaN: a broken gradient must be seen, not clipped into a plausible one.
                element = element > bound ? bound : element < -bound ? -bound : element;
            }
        }

        if (clipNorm is { } limit && Norm(gradient) is var norm && norm > limit)
        {
            var scale = (float)(limit / norm);
            foreach (ref var element in gradient)
            {
                element *= scale;
            }
        }
    }

    /// <summary>
    /// The Euclidean norm, in double. Four running sums, over every fourth element each, are added in a fixed order at the end: the bits
    /// are the same on every machine, and the additions do not wait for each other.
    /// </summary>
    public static double Norm(ReadOnlySpan<float> gradient)
    {
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        var index = 0;
        for (; index + 4 <= gradient.Length; index += 4)
        {
            sum0 += (double)gradient[index] * gradient[index];
            sum1 += (double)gradient[index + 1] * gradient[index + 1];
            sum2 += (double)gradient[index + 2] * gradient[index + 2];
            sum3 += (double)gradient[index + 3] * gradient[index + 3];
        }

        for (; index < gradient.Length; index++)
        {
            sum0 += (double)gradient[index] * gradient[index];
        }

        return Math.Sqrt(sum0 + sum1 + (sum2 + sum3));
    }
}
