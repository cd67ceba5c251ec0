using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaTrain.Learning.Fused;

/// <summary>Transposes blocks of a matrix.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class Transposition<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>to[j, i] = from[i, j].</summary>
    /// <param name="from">Rows of <paramref name="fromStride"/> values.</param>
    /// <param name="fromStride">Of which these lie apart.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="to">Rows of <paramref name="toStride"/> values.</param>
    /// <param name="toStride">Of which these lie apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(T* from, int fromStride, int rows, int columns, T* to, int toStride)
    {
        if (typeof(T) == typeof(float) && Avx.IsSupported && rows % 8 == 0 && columns % 8 == 0)
        {
            for (var row = 0; row < rows; row += 8)
            {
                for (var column = 0; column < columns; column += 8)
                {
                    EightByEight((float*)from + ((nint)row * fromStride) + column, fromStride, (float*)to + ((nint)column * toStride) + row, toStride);
                }
            }

            return;
        }

        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                to[((nint)column * toStride) + row] = from[((nint)row * fromStride) + column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightByEight(float* from, int fromStride, float* to, int toStride)
    {
        var (r0, r1, r2, r3) = (At(from, fromStride, 0), At(from, fromStride, 1), At(from, fromStride, 2), At(from, fromStride, 3));
        var (r4, r5, r6, r7) = (At(from, fromStride, 4), At(from, fromStride, 5), At(from, fromStride, 6), At(from, fromStride, 7));
        var (a0, a1, a2, a3) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1), Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (a4, a5, a6, a7) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5), Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (b0, b1, b2, b3) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xEE), Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xEE));
        var (b4, b5, b6, b7) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xEE), Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xEE));
        Avx.Permute2x128(b0, b4, 0x20).Store(to);
        Avx.Permute2x128(b1, b5, 0x20).Store(to + toStride);
        Avx.Permute2x128(b2, b6, 0x20).Store(to + ((nint)2 * toStride));
        Avx.Permute2x128(b3, b7, 0x20).Store(to + ((nint)3 * toStride));
        Avx.Permute2x128(b0, b4, 0x31).Store(to + ((nint)4 * toStride));
        Avx.Permute2x128(b1, b5, 0x31).Store(to + ((nint)5 * toStride));
        Avx.Permute2x128(b2, b6, 0x31).Store(to + ((nint)6 * toStride));
        Avx.Permute2x128(b3, b7, 0x31).Store(to + ((nint)7 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> At(float* from, int stride, int row) => Vector256.Load(from + ((nint)row * stride));
}
