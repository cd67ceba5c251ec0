// Shapes: T tasks, M rows (examples and pixels), C channels; arrays are [T, M, C] or [T, C], row-major. All that concerns a channel
// comes from its own column, whose rows are added one after the other: the width of a vector changes no bit.
//
// y = (x - m(x)) r,  r = 1 / sqrt(m((x - m(x))^2) + e),  m() the mean over rows;  output = max(0, w y + b).
// With g the output's gradient, zero where the output is: dx = r w (g - m(g) - y m(g y)),  dw = sum g y,  db = sum g.
// With X, W, B the gradients of dx, dw, db, and R = m(X g) - m(g) m(X) - m(g y) m(X y):
//   of g: r w (X - m(X) - y m(X y)) + W y + B, zero where the output is
//   of x: r (h - m(h) - y (m(h y) + r w R)),  h = W g - r w (m(g y) X + m(X y) g)
//   of w: r M R.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Batch normalisation with scale, shift and ReLU, its gradient, and the gradient of that, each in two or three passes over memory where
/// single tensor operations take dozens. Compiled with full optimisation at once: the first block must not be slower than the rest.
/// </summary>
internal static unsafe class BatchNormKernels
{
    /// <summary>Writes the output; fills the state's mean and inverse deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T>(T* x, T* output, BatchNormState<T> s)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (channels, count, epsilon) = (s.Channels, T.CreateChecked(s.Rows), T.CreateChecked(s.Epsilon));
        using var sums = new ColumnSums<T>(channels);
        for (var task = 0; task < s.Tasks; task++)
        {
            T* mean = s.Mean + (task * channels);
            T* inverse = s.Inverse + (task * channels);
            sums.Clear();
            for (var row = 0; row < s.Rows; row++, sums.EndRow(row))
            {
                BatchNormRows<T>.AddRow(x + ((nint)row * channels), sums.Run, channels);
            }

            sums.Finish();
            for (var c = 0; c < channels; c++)
            {
                mean[c] = sums.Total[c] / count;
            }

            sums.Clear();
            for (var row = 0; row < s.Rows; row++, sums.EndRow(row))
            {
                BatchNormRows<T>.AddSquares(x + ((nint)row * channels), mean, sums.Run, channels);
            }

            sums.Finish();
            for (var c = 0; c < channels; c++)
            {
                inverse[c] = T.One / T.Sqrt((sums.Total[c] / count) + epsilon);
            }

            var rows = new BatchNormRows<T>(s, task);
            for (var row = 0; row < s.Rows; row++, x += channels, output += channels)
            {
                BatchNormRows<T>.Write(rows, x, output);
            }
        }
    }

    /// <summary>Writes the gradients of x, w and b from that of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<T>(T* g, T* x, T* dx, T* dw, T* db, BatchNormState<T> s)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (channels, count) = (s.Channels, T.CreateChecked(s.Rows));
        using var sums = new ColumnSums<T>(2 * channels);
        for (var task = 0; task < s.Tasks; task++, dw += channels, db += channels)
        {
            var rows = new BatchNormRows<T>(s, task);
            sums.Clear();
            for (var row = 0; row < s.Rows; row++, sums.EndRow(row))
            {
                BatchNormRows<T>.AddGradient(rows, g + ((nint)row * channels), x + ((nint)row * channels), sums.Run);
            }

            sums.Finish();
            for (var c = 0; c < channels; c++)
            {
                (db[c], dw[c]) = (sums.Total[c], sums.Total[channels + c]);
            }

            sums.DivideBy(count);
            for (var row = 0; row < s.Rows; row++, g += channels, x += channels, dx += channels)
            {
                BatchNormRows<T>.WriteGradient(rows, g, x, sums.Total, dx);
            }
        }
    }

    /// <summary>Writes the gradients of g, x and w from those of dx, dw and db.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DoubleBackward<T>(T* ofDx, T* ofDw, T* ofDb, T* g, T* x, T* gradG, T* gradX, T* gradW, BatchNormState<T> s)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (channels, count) = (s.Channels, T.CreateChecked(s.Rows));
        using var sums = new ColumnSums<T>(5 * channels);
        for (var task = 0; task < s.Tasks; task++, ofDw += channels, ofDb += channels, gradW += channels)
        {
            var rows = new BatchNormRows<T>(s, task);
            sums.Clear();
            for (var row = 0; row < s.Rows; row++, sums.EndRow(row))
            {
                var offset = (nint)row * channels;
                BatchNormRows<T>.AddSecond(rows, ofDx + offset, g + offset, x + offset, sums.Run);
            }

            sums.Finish();
            sums.DivideBy(count);
            T* weight = s.Weight + (task * channels);
            T* inverse = s.Inverse + (task * channels);
            for (var c = 0; c < channels; c++)
            {
                var rest = Prepare(sums.Total + c, channels, inverse[c] * weight[c], ofDw[c]);
                gradW[c] = inverse[c] * count * rest;
            }

            for (var row = 0; row < s.Rows; row++, ofDx += channels, g += channels, x += channels, gradG += channels, gradX += channels)
            {
                BatchNormRows<T>.WriteSecond(rows, ofDx, ofDw, ofDb, g, x, sums.Total, gradG, gradX);
            }
        }
    }

    /// <summary>Turns a channel's means of g, g y, X, X y, X g into m(g y), m(X), m(X y), m(h), m(h y) + r w R; returns R.</summary>
    private static T Prepare<T>(T* means, int channels, T slope, T ofW)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (g, gy, x, xy) = (means[0], means[channels], means[2 * channels], means[3 * channels]);
        var rest = means[4 * channels] - (g * x) - (gy * xy);
        means[0] = gy;
        means[channels] = x;
        means[2 * channels] = xy;
        means[3 * channels] = (ofW * g) - (slope * ((gy * x) + (xy * g)));
        means[4 * channels] = (ofW * gy) - (slope * ((gy * xy) + (gy * xy))) + (slope * rest);
        return rest;
    }
}
