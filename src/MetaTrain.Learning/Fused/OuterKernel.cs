using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>Sums of outer products of input rows and output rows: the gradient of an affine layer's weights.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class OuterKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>c += sum over pairs of a(row)^T d(row), tap by tap.</summary>
    /// <param name="schedule">The pairs.</param>
    /// <param name="a">Where offsets of inputs count from; a row has matrix.Rows / taps values.</param>
    /// <param name="d">Where offsets of outputs count from.</param>
    /// <param name="matrix">How c lies.</param>
    /// <param name="c">Taps times inputs rows, outputs columns.</param>
    public static void Run(OuterSchedule schedule, T* a, T* d, PanelMatrix<T> matrix, T* c)
    {
        var inputs = matrix.Rows / schedule.Runs.Length;
        for (var tap = 0; tap < schedule.Runs.Length; tap++)
        {
            foreach (var run in schedule.Runs[tap])
            {
                fixed (int* pairs = run)
                {
                    for (var column = 0; column < matrix.PaddedColumns; column += Simd<T>.Panel)
                    {
                        var width = matrix.PanelWidth(column);
                        T* panel = c + ((nint)column * matrix.Rows) + ((nint)tap * inputs * width);
                        if (width == Simd<T>.Panel)
                        {
                            Tap<Size2>(pairs, run.Length / 2, a, d + column, inputs, panel);
                        }
                        else
                        {
                            Tap<Size1>(pairs, run.Length / 2, a, d + column, inputs, panel);
                        }
                    }
                }
            }
        }
    }

    private static void Tap<TVectors>(int* pairs, int count, T* a, T* d, int inputs, T* c)
        where TVectors : ISize
    {
        var width = TVectors.Count * Vector256<T>.Count;
        var input = 0;
        for (; input <= inputs - 6; input += 6)
        {
            Tile<Size6, TVectors>(pairs, count, a + input, d, c + (input * width));
        }

        a += input;
        c += input * width;
        switch (inputs - input)
        {
            case 1:
                Tile<Size1, TVectors>(pairs, count, a, d, c);
                break;
            case 2:
                Tile<Size2, TVectors>(pairs, count, a, d, c);
                break;
            case 3:
                Tile<Size3, TVectors>(pairs, count, a, d, c);
                break;
            case 4:
                Tile<Size4, TVectors>(pairs, count, a, d, c);
                break;
            case 5:
                Tile<Size5, TVectors>(pairs, count, a, d, c);
                break;
            default:
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows, TVectors>(int* pairs, int count, T* a, T* d, T* c)
        where TRows : ISize
        where TVectors : ISize
    {
        var w = Vector256<T>.Count;
        Vector256<T> s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51;
        s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = s40 = s41 = s50 = s51 = default;
        for (; count > 0; count--, pairs += 2)
        {
            T* x = a + pairs[0];
            T* y = d + pairs[1];
            var y0 = Vector256.Load(y);
            var y1 = TVectors.Count > 1 ? Vector256.Load(y + w) : default;
            var value = Vector256.Create(x[0]);
            s00 = Simd<T>.MultiplyAdd(value, y0, s00);
            s01 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s01) : s01;
            if (TRows.Count > 1)
            {
                value = Vector256.Create(x[1]);
                s10 = Simd<T>.MultiplyAdd(value, y0, s10);
                s11 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s11) : s11;
            }

            if (TRows.Count > 2)
            {
                value = Vector256.Create(x[2]);
                s20 = Simd<T>.MultiplyAdd(value, y0, s20);
                s21 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s21) : s21;
            }

            if (TRows.Count > 3)
            {
                value = Vector256.Create(x[3]);
                s30 = Simd<T>.MultiplyAdd(value, y0, s30);
                s31 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s31) : s31;
            }

            if (TRows.Count > 4)
            {
                value = Vector256.Create(x[4]);
                s40 = Simd<T>.MultiplyAdd(value, y0, s40);
                s41 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s41) : s41;
            }

            if (TRows.Count > 5)
            {
                value = Vector256.Create(x[5]);
                s50 = Simd<T>.MultiplyAdd(value, y0, s50);
                s51 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(value, y1, s51) : s51;
            }
        }

        var width = TVectors.Count * w;
        Add<TVectors>(s00, s01, c);
        if (TRows.Count > 1)
        {
            Add<TVectors>(s10, s11, c + width);
        }

        if (TRows.Count > 2)
        {
            Add<TVectors>(s20, s21, c + (2 * width));
        }

        if (TRows.Count > 3)
        {
            Add<TVectors>(s30, s31, c + (3 * width));
        }

        if (TRows.Count > 4)
        {
            Add<TVectors>(s40, s41, c + (4 * width));
        }

        if (TRows.Count > 5)
        {
            Add<TVectors>(s50, s51, c + (5 * width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(Vector256<T> left, Vector256<T> right, T* target)
        where TVectors : ISize
    {
        (Vector256.Load(target) + left).Store(target);
        if (TVectors.Count > 1)
        {
            (Vector256.Load(target + Vector256<T>.Count) + right).Store(target + Vector256<T>.Count);
        }
    }
}
