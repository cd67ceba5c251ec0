using System.Numerics;
using System.Runtime.CompilerServices;
using static MetaTrain.Learning.Tensors.Lanes;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// What <see cref="BatchNormKernels"/> do with one row of one task's channels. Whole vectors go through loops in which the compiler knows the
/// width; the last channels, which may not fill one, follow.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct BatchNormRows<T>(BatchNormState<T> s, int task)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _channels = s.Channels;
    private readonly T* _weight = s.Weight + (task * s.Channels);
    private readonly T* _bias = s.Bias + (task * s.Channels);
    private readonly T* _mean = s.Mean + (task * s.Channels);
    private readonly T* _inverse = s.Inverse + (task * s.Channels);

    /// <summary>sum += x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRow(T* x, T* sum, int channels)
    {
        var c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Add(Load(x + c, Vector<T>.Count), sum + c, Vector<T>.Count);
        }

        if (c < channels)
        {
            Add(Load(x + c, channels - c), sum + c, channels - c);
        }
    }

    /// <summary>sum += (x - mean)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSquares(T* x, T* mean, T* sum, int channels)
    {
        var c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            AddSquare(x + c, mean + c, sum + c, Vector<T>.Count);
        }

        if (c < channels)
        {
            AddSquare(x + c, mean + c, sum + c, channels - c);
        }
    }

    /// <summary>output = max(0, w y + b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(BatchNormRows<T> at, T* x, T* output)
    {
        var c = 0;
        for (; c <= at._channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            at.Write(x, output, c, Vector<T>.Count);
        }

        if (c < at._channels)
        {
            at.Write(x, output, c, at._channels - c);
        }
    }

    /// <summary>sums += (g, g y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradient(BatchNormRows<T> at, T* g, T* x, T* sums)
    {
        var c = 0;
        for (; c <= at._channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            at.AddGradient(g, x, sums, c, Vector<T>.Count);
        }

        if (c < at._channels)
        {
            at.AddGradient(g, x, sums, c, at._channels - c);
        }
    }

    /// <summary>dx = r w (g - m(g) - y m(g y)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteGradient(BatchNormRows<T> at, T* g, T* x, T* means, T* dx)
    {
        var c = 0;
        for (; c <= at._channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            at.WriteGradient(g, x, means, dx, c, Vector<T>.Count);
        }

        if (c < at._channels)
        {
            at.WriteGradient(g, x, means, dx, c, at._channels - c);
        }
    }

    /// <summary>sums += (g, g y, X, X y, X g).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSecond(BatchNormRows<T> at, T* ofDx, T* g, T* x, T* sums)
    {
        var c = 0;
        for (; c <= at._channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            at.AddSecond(ofDx, g, x, sums, c, Vector<T>.Count);
        }

        if (c < at._channels)
        {
            at.AddSecond(ofDx, g, x, sums, c, at._channels - c);
        }
    }

    /// <summary>The gradients of g and of x; the means are those of BatchNormKernels.Prepare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteSecond(BatchNormRows<T> at, T* ofDx, T* ofDw, T* ofDb, T* g, T* x, T* means, T* gradG, T* gradX)
    {
        var c = 0;
        for (; c <= at._channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            at.WriteSecond(ofDx, ofDw, ofDb, g, x, means, gradG, gradX, c, Vector<T>.Count);
        }

        if (c < at._channels)
        {
            at.WriteSecond(ofDx, ofDw, ofDb, g, x, means, gradG, gradX, c, at._channels - c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector<T> value, T* sum, int width) => Store(Load(sum, width) + value, sum, width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSquare(T* x, T* mean, T* sum, int width)
    {
        var centered = Load(x, width) - Load(mean, width);
        Add(centered * centered, sum, width);
    }

    /// <summary>The value where the output is positive, zero where it is not; what is not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> WherePositive(Vector<T> output, Vector<T> value) =>
        Vector.ConditionalSelect(Vector.LessThanOrEqual(output, Vector<T>.Zero), Vector<T>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Standard(T* x, int c, int width) => (Load(x + c, width) - Load(_mean + c, width)) * Load(_inverse + c, width);

    // Every kernel standardises and scales by these same operations: their masks agree to the bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Scaled(Vector<T> y, int c, int width) => (y * Load(_weight + c, width)) + Load(_bias + c, width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Slope(int c, int width) => Load(_inverse + c, width) * Load(_weight + c, width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(T* x, T* output, int c, int width)
    {
        var value = Scaled(Standard(x, c, width), c, width);
        Store(WherePositive(value, value), output + c, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddGradient(T* g, T* x, T* sums, int c, int width)
    {
        var y = Standard(x, c, width);
        var masked = WherePositive(Scaled(y, c, width), Load(g + c, width));
        Add(masked, sums + c, width);
        Add(masked * y, sums + _channels + c, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteGradient(T* g, T* x, T* means, T* dx, int c, int width)
    {
        var y = Standard(x, c, width);
        var masked = WherePositive(Scaled(y, c, width), Load(g + c, width));
        var along = y * Load(means + _channels + c, width);
        Store(Slope(c, width) * (masked - Load(means + c, width) - along), dx + c, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddSecond(T* ofDx, T* g, T* x, T* sums, int c, int width)
    {
        var y = Standard(x, c, width);
        var masked = WherePositive(Scaled(y, c, width), Load(g + c, width));
        var ofX = Load(ofDx + c, width);
        Add(masked, sums + c, width);
        Add(masked * y, sums + _channels + c, width);
        Add(ofX, sums + (2 * _channels) + c, width);
        Add(ofX * y, sums + (3 * _channels) + c, width);
        Add(ofX * masked, sums + (4 * _channels) + c, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteSecond(T* ofDx, T* ofDw, T* ofDb, T* g, T* x, T* means, T* gradG, T* gradX, int c, int width)
    {
        var (y, slope, ofX) = (Standard(x, c, width), Slope(c, width), Load(ofDx + c, width));
        var (output, ofW) = (Scaled(y, c, width), Load(ofDw + c, width));
        var masked = WherePositive(output, Load(g + c, width));
        var (gy, meanX, xy) = (Load(means + c, width), Load(means + _channels + c, width), Load(means + (2 * _channels) + c, width));
        var (meanH, along) = (Load(means + (3 * _channels) + c, width), Load(means + (4 * _channels) + c, width));
        var ofG = (slope * (ofX - meanX - (y * xy))) + (ofW * y) + Load(ofDb + c, width);
        var h = (ofW * masked) - (slope * ((gy * ofX) + (xy * masked)));
        Store(WherePositive(output, ofG), gradG + c, width);
        Store(Load(_inverse + c, width) * (h - meanH - (y * along)), gradX + c, width);
    }
}
