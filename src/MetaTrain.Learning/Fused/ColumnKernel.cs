using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>Sums of rows.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class ColumnKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RunLength = 64;

    /// <summary>Adds each column's sum to a target.</summary>
    /// <param name="values">Rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="stride">Values from one to the next.</param>
    /// <param name="columns">Whole vectors of them.</param>
    /// <param name="target">One value a column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSums(T* values, int rows, int stride, int columns, T* target)
    {
        for (var column = 0; column < columns; column += Vector256<T>.Count)
        {
            var sum = Vector256.Load(target + column);
            for (var row = 0; row < rows;)
            {
                var run = Vector256<T>.Zero;
                for (var end = Math.Min(row + RunLength, rows); row < end; row++)
                {
                    run += Vector256.Load(values + ((nint)row * stride) + column);
                }

                sum += run;
            }

            sum.Store(target + column);
        }
    }
}
