namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>
/// Clips a gradient by value, then by norm. What the norm needs is summed in pieces of a fixed length, so that whoever has only some
/// ranges of a gradient, each a number of whole pieces, comes to the same bits.
/// </summary>
public static class GradientClipping
{
    /// <summary>How many values a piece has; the last one of a gradient may have fewer.</summary>
    public const int PieceLength = 4096;

    /// <summary>Bounds each value.</summary>
    /// <param name="gradient">Changed.</param>
    /// <param name="limit">The greatest magnitude.</param>
    internal static void ByValue(Span<float> gradient, double limit)
    {
        var bound = (float)limit;
        foreach (ref var element in gradient)
        {
            // Written so that NaN stays NaN: a broken gradient must be seen, not clipped into a plausible one.
            element = element > bound ? bound : element < -bound ? -bound : element;
        }
    }

    /// <summary>Scales a gradient down to a norm, if its own is greater.</summary>
    /// <param name="gradient">The gradient, or a range of it; changed.</param>
    /// <param name="limit">The greatest norm.</param>
    /// <param name="squareSums"><see cref="SquareSums"/> of the whole gradient.</param>
    internal static void ByNorm(Span<float> gradient, double limit, ReadOnlySpan<double> squareSums)
    {
        if (Norm(squareSums) is var norm && norm > limit)
        {
            var scale = (float)(limit / norm);
            foreach (ref var element in gradient)
            {
                element *= scale;
            }
        }
    }

    /// <summary>The Euclidean norm of a gradient from the sums of its pieces, added in their order.</summary>
    internal static double Norm(ReadOnlySpan<double> squareSums)
    {
        double total = 0;
        foreach (var sum in squareSums)
        {
            total += sum;
        }

        return Math.Sqrt(total);
    }

    /// <summary>How many pieces a gradient has.</summary>
    /// <param name="length">Its values, at least one.</param>
    public static int Pieces(int length) => ((length - 1) / PieceLength) + 1;

    /// <summary>The sum of squares of each piece, in double.</summary>
    /// <param name="gradient">The gradient, or a range of it.</param>
    /// <param name="sums">Filled: as many as there are <see cref="Pieces"/>.</param>
    internal static void SquareSums(ReadOnlySpan<float> gradient, Span<double> sums)
    {
        for (var piece = 0; piece < sums.Length; piece++)
        {
            var start = piece * PieceLength;
            sums[piece] = SquareSum(gradient.Slice(start, Math.Min(PieceLength, gradient.Length - start)));
        }
    }

    // Four running sums, over every fourth element each, are added in a fixed order at the end: the bits are the same on every machine,
    // and the additions do not wait for each other.
    private static double SquareSum(ReadOnlySpan<float> piece)
    {
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        var index = 0;
        for (; index + 4 <= piece.Length; index += 4)
        {
            sum0 += (double)piece[index] * piece[index];
            sum1 += (double)piece[index + 1] * piece[index + 1];
            sum2 += (double)piece[index + 2] * piece[index + 2];
            sum3 += (double)piece[index + 3] * piece[index + 3];
        }

        for (; index < piece.Length; index++)
        {
            sum0 += (double)piece[index] * piece[index];
        }

        return sum0 + sum1 + (sum2 + sum3);
    }
}
