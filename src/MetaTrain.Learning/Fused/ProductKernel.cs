using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Matrix products in tiles of up to six rows by two vectors that stay in registers while taps are added. The rows of the left matrix are
/// found through a schedule's offsets (the indirect convolution of Dukhan 2019, arXiv:1907.02129), so that a convolution is a product
/// without its patches ever being gathered.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class ProductKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>c = start + a b, or c += a b.</summary>
    /// <param name="schedule">Rows and taps.</param>
    /// <param name="a">Where the offsets of input rows count from.</param>
    /// <param name="matrix">How b lies.</param>
    /// <param name="b">The weights.</param>
    /// <param name="start">A value a column (with padding), for every row; null adds to c.</param>
    /// <param name="c">Where the offsets of output rows count from.</param>
    public static void Run(ProductSchedule schedule, T* a, PanelMatrix<T> matrix, T* b, T* start, T* c)
    {
        foreach (var passes in schedule.Chunks)
        {
            for (var column = 0; column < matrix.PaddedColumns; column += Simd<T>.Panel)
            {
                T* panel = b + ((nint)column * matrix.Rows);
                for (var pass = 0; pass < passes.Length; pass++)
                {
                    fixed (int* tiles = passes[pass])
                    {
                        T* first = start == null || pass > 0 ? null : start + column;
                        if (matrix.PanelWidth(column) == Simd<T>.Panel)
                        {
                            Pass<Size2>(tiles, a, panel, first, c + column);
                        }
                        else
                        {
                            Pass<Size1>(tiles, a, panel, first, c + column);
                        }
                    }
                }
            }
        }
    }

    private static void Pass<TVectors>(int* tile, T* a, T* b, T* start, T* c)
        where TVectors : ISize
    {
        while (true)
        {
            switch (*tile)
            {
                case 0:
                    return;
                case 1:
                    tile = Tile<Size1, TVectors>(tile, a, b, start, c);
                    break;
                case 2:
                    tile = Tile<Size2, TVectors>(tile, a, b, start, c);
                    break;
                case 3:
                    tile = Tile<Size3, TVectors>(tile, a, b, start, c);
                    break;
                case 4:
                    tile = Tile<Size4, TVectors>(tile, a, b, start, c);
                    break;
                case 5:
                    tile = Tile<Size5, TVectors>(tile, a, b, start, c);
                    break;
                default:
                    tile = Tile<Size6, TVectors>(tile, a, b, start, c);
                    break;
            }
        }
    }

    /// <summary>Computes a tile; returns where the next one is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int* Tile<TRows, TVectors>(int* tile, T* a, T* b, T* start, T* c)
        where TRows : ISize
        where TVectors : ISize
    {
        var (taps, w) = (tile[1], Vector256<T>.Count);
        int* outputs = tile + 2;
        Vector256<T> s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51;
        s01 = s10 = s11 = s20 = s21 = s30 = s31 = s40 = s41 = s50 = s51 = default;
        if (start == null)
        {
            s00 = Vector256.Load(c + outputs[0]);
            s10 = TRows.Count > 1 ? Vector256.Load(c + outputs[1]) : default;
            s20 = TRows.Count > 2 ? Vector256.Load(c + outputs[2]) : default;
            s30 = TRows.Count > 3 ? Vector256.Load(c + outputs[3]) : default;
            s40 = TRows.Count > 4 ? Vector256.Load(c + outputs[4]) : default;
            s50 = TRows.Count > 5 ? Vector256.Load(c + outputs[5]) : default;
            if (TVectors.Count > 1)
            {
                s01 = Vector256.Load(c + outputs[0] + w);
                s11 = TRows.Count > 1 ? Vector256.Load(c + outputs[1] + w) : default;
                s21 = TRows.Count > 2 ? Vector256.Load(c + outputs[2] + w) : default;
                s31 = TRows.Count > 3 ? Vector256.Load(c + outputs[3] + w) : default;
                s41 = TRows.Count > 4 ? Vector256.Load(c + outputs[4] + w) : default;
                s51 = TRows.Count > 5 ? Vector256.Load(c + outputs[5] + w) : default;
            }
        }
        else
        {
            s00 = s10 = s20 = s30 = s40 = s50 = Vector256.Load(start);
            if (TVectors.Count > 1)
            {
                s01 = s11 = s21 = s31 = s41 = s51 = Vector256.Load(start + w);
            }
        }

        tile += 2 + TRows.Count;
        for (; taps > 0; taps--, tile += 2 + TRows.Count)
        {
            T* weights = b + ((nint)tile[0] * TVectors.Count * w);
            nint length = tile[1];
            T* a0 = a + tile[2];
            T* a1 = TRows.Count > 1 ? a + tile[3] : a0;
            T* a2 = TRows.Count > 2 ? a + tile[4] : a0;
            T* a3 = TRows.Count > 3 ? a + tile[5] : a0;
            T* a4 = TRows.Count > 4 ? a + tile[6] : a0;
            T* a5 = TRows.Count > 5 ? a + tile[7] : a0;
            for (nint k = 0; k < length; k++, weights += TVectors.Count * w)
            {
                var b0 = Vector256.Load(weights);
                var b1 = TVectors.Count > 1 ? Vector256.Load(weights + w) : default;
                var x = Vector256.Create(a0[k]);
                s00 = Simd<T>.MultiplyAdd(x, b0, s00);
                s01 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s01) : s01;
                if (TRows.Count > 1)
                {
                    x = Vector256.Create(a1[k]);
                    s10 = Simd<T>.MultiplyAdd(x, b0, s10);
                    s11 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s11) : s11;
                }

                if (TRows.Count > 2)
                {
                    x = Vector256.Create(a2[k]);
                    s20 = Simd<T>.MultiplyAdd(x, b0, s20);
                    s21 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s21) : s21;
                }

                if (TRows.Count > 3)
                {
                    x = Vector256.Create(a3[k]);
                    s30 = Simd<T>.MultiplyAdd(x, b0, s30);
                    s31 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s31) : s31;
                }

                if (TRows.Count > 4)
                {
                    x = Vector256.Create(a4[k]);
                    s40 = Simd<T>.MultiplyAdd(x, b0, s40);
                    s41 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s41) : s41;
                }

                if (TRows.Count > 5)
                {
                    x = Vector256.Create(a5[k]);
                    s50 = Simd<T>.MultiplyAdd(x, b0, s50);
                    s51 = TVectors.Count > 1 ? Simd<T>.MultiplyAdd(x, b1, s51) : s51;
                }
            }
        }

        Store<TVectors>(s00, s01, c + outputs[0]);
        if (TRows.Count > 1)
        {
            Store<TVectors>(s10, s11, c + outputs[1]);
        }

        if (TRows.Count > 2)
        {
            Store<TVectors>(s20, s21, c + outputs[2]);
        }

        if (TRows.Count > 3)
        {
            Store<TVectors>(s30, s31, c + outputs[3]);
        }

        if (TRows.Count > 4)
        {
            Store<TVectors>(s40, s41, c + outputs[4]);
        }

        if (TRows.Count > 5)
        {
            Store<TVectors>(s50, s51, c + outputs[5]);
        }

        return tile;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(Vector256<T> left, Vector256<T> right, T* target)
        where TVectors : ISize
    {
        left.Store(target);
        if (TVectors.Count > 1)
        {
            right.Store(target + Vector256<T>.Count);
        }
    }
}
