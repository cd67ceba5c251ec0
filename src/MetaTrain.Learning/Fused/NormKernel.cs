// One strip of channels at a time; M rows (examples and pixels). Everything about a channel comes from its own
// column, whose rows are added one after the other in runs.
//
// y = (u - m(u)) r,  r = 1 / sqrt(m((u - m(u))^2) + e),  m() the mean over rows;  a = max(0, w y + b).
// Backward, with g the gradient of a where a > 0:  db = sum g,  dw = sum g y,  du = r w (g - m(g) - y m(g y)).
// Tangents, along u', w', b':  y' = r (u' - m(u') - y m(y u')),  a' = w' y + w y' + b' where a > 0.
// Tangent of backward, with g' that of g and q = m(g' y + g y'):  db' = sum g',  dw' = sum (g' y + g y'),
//   du' = (r w)' (g - m(g) - y m(g y)) + r w (g' - m(g') - y' m(g y) - y q),  (r w)' = r w' - r^2 m(y u') w.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Batch normalisation with scale, shift and ReLU (Ioffe and Szegedy 2015, with each batch's own statistics), its gradient, and the tangents
/// of both (Pearlmutter 1994: R-operator), each in two or three passes over memory.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="rows">M.</param>
/// <param name="stride">Values from one row to the next.</param>
/// <param name="epsilon">e.</param>
internal readonly unsafe struct NormKernel<T>(int rows, int stride, T epsilon)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int RunLength = 64;

    private readonly int _rows = rows;
    private readonly int _stride = stride;
    private readonly T _epsilon = epsilon;

    private Strip<T> Count => Strip<T>.Of(T.CreateChecked(_rows));

    /// <summary>u becomes y; a and r are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(T* u, T* a, T* weight, T* bias, T* inverse)
    {
        var sum = default(Strip<T>);
        for (var row = 0; row < _rows;)
        {
            var run = default(Strip<T>);
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                run += Strip<T>.Load(u + ((nint)row * _stride));
            }

            sum += run;
        }

        var mean = sum / Count;
        sum = default(Strip<T>);
        for (var row = 0; row < _rows;)
        {
            var run = default(Strip<T>);
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var centered = Strip<T>.Load(u + ((nint)row * _stride)) - mean;
                run = Strip<T>.MultiplyAdd(centered, centered, run);
            }

            sum += run;
        }

        var r = Strip<T>.Of(T.One) / Strip<T>.Sqrt((sum / Count) + Strip<T>.Of(_epsilon));
        r.Store(inverse);
        var (w, b) = (Strip<T>.Load(weight), Strip<T>.Load(bias));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var y = (Strip<T>.Load(u + at) - mean) * r;
            y.Store(u + at);
            var z = Strip<T>.MultiplyAdd(w, y, b);
            Strip<T>.Relu(z).Store(a + at);
        }
    }

    /// <summary>Writes du; adds to dw and db; remembers m(g) and m(g y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(T* ofA, T* a, T* y, T* ofU, T* weight, T* inverse, T* ofWeight, T* ofBias, T* meanG, T* meanGy)
    {
        var (sumG, sumGy) = (default(Strip<T>), default(Strip<T>));
        for (var row = 0; row < _rows;)
        {
            var (runG, runGy) = (default(Strip<T>), default(Strip<T>));
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var g = Strip<T>.WherePositive(Strip<T>.Load(a + at), Strip<T>.Load(ofA + at));
                runG += g;
                runGy = Strip<T>.MultiplyAdd(g, Strip<T>.Load(y + at), runGy);
            }

            (sumG, sumGy) = (sumG + runG, sumGy + runGy);
        }

        Add(sumGy, ofWeight);
        Add(sumG, ofBias);
        var (mg, mgy, slope) = (sumG / Count, sumGy / Count, Strip<T>.Load(inverse) * Strip<T>.Load(weight));
        mg.Store(meanG);
        mgy.Store(meanGy);
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var g = Strip<T>.WherePositive(Strip<T>.Load(a + at), Strip<T>.Load(ofA + at));
            (slope * (g - mg - (Strip<T>.Load(y + at) * mgy))).Store(ofU + at);
        }
    }

    /// <summary>u' becomes y'; a' is written; remembers m(y u').</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TangentForward(T* u, T* a, T* y, T* tangentOfA, T* weight, T* inverse, T* alongWeight, T* alongBias, T* meanYu)
    {
        var (sumU, sumYu) = (default(Strip<T>), default(Strip<T>));
        for (var row = 0; row < _rows;)
        {
            var (runU, runYu) = (default(Strip<T>), default(Strip<T>));
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var value = Strip<T>.Load(u + at);
                runU += value;
                runYu = Strip<T>.MultiplyAdd(value, Strip<T>.Load(y + at), runYu);
            }

            (sumU, sumYu) = (sumU + runU, sumYu + runYu);
        }

        var (mu, myu, r) = (sumU / Count, sumYu / Count, Strip<T>.Load(inverse));
        myu.Store(meanYu);
        var (w, alongW, alongB) = (Strip<T>.Load(weight), Strip<T>.Load(alongWeight), Strip<T>.Load(alongBias));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var standard = Strip<T>.Load(y + at);
            var tangent = r * (Strip<T>.Load(u + at) - mu - (standard * myu));
            tangent.Store(u + at);
            var z = Strip<T>.MultiplyAdd(alongW, standard, Strip<T>.MultiplyAdd(w, tangent, alongB));
            Strip<T>.WherePositive(Strip<T>.Load(a + at), z).Store(tangentOfA + at);
        }
    }

    /// <summary>Writes du'; adds to dw' and db'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TangentBackward(in NormTangent<T> s, T* ofWeight, T* ofBias)
    {
        var (sumG, sumQ) = (default(Strip<T>), default(Strip<T>));
        for (var row = 0; row < _rows;)
        {
            var (runG, runQ) = (default(Strip<T>), default(Strip<T>));
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var gate = Strip<T>.Load(s.A + at);
                var (g, tangent) = (Strip<T>.WherePositive(gate, Strip<T>.Load(s.OfA + at)), Strip<T>.WherePositive(gate, Strip<T>.Load(s.TangentOfOfA + at)));
                runG += tangent;
                runQ = Strip<T>.MultiplyAdd(tangent, Strip<T>.Load(s.Y + at), Strip<T>.MultiplyAdd(g, Strip<T>.Load(s.TangentOfY + at), runQ));
            }

            (sumG, sumQ) = (sumG + runG, sumQ + runQ);
        }

        Add(sumQ, ofWeight);
        Add(sumG, ofBias);
        var (r, w, mg, mgy) = (Strip<T>.Load(s.Inverse), Strip<T>.Load(s.Weight), Strip<T>.Load(s.MeanG), Strip<T>.Load(s.MeanGy));
        var (slope, mtg, q) = (r * w, sumG / Count, sumQ / Count);
        var slopeTangent = (r * Strip<T>.Load(s.AlongWeight)) - (r * slope * Strip<T>.Load(s.MeanYu));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var (gate, y) = (Strip<T>.Load(s.A + at), Strip<T>.Load(s.Y + at));
            var (g, tangent) = (Strip<T>.WherePositive(gate, Strip<T>.Load(s.OfA + at)), Strip<T>.WherePositive(gate, Strip<T>.Load(s.TangentOfOfA + at)));
            var direction = g - mg - (y * mgy);
            var change = tangent - mtg - (Strip<T>.Load(s.TangentOfY + at) * mgy) - (y * q);
            Strip<T>.MultiplyAdd(slopeTangent, direction, slope * change).Store(s.TangentOfOfU + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Strip<T> value, T* target) => (Strip<T>.Load(target) + value).Store(target);
}

/// <summary>What the tangent of a normalisation's gradient is computed from: the first channel of the strip in each array.</summary>
internal readonly unsafe ref struct NormTangent<T>
    where T : unmanaged
{
    public required T* A { get; init; }

    public required T* Y { get; init; }

    public required T* TangentOfY { get; init; }

    /// <summary>The gradient of a.</summary>
    public required T* OfA { get; init; }

    /// <summary>The tangent of the gradient of a.</summary>
    public required T* TangentOfOfA { get; init; }

    /// <summary>Written: the tangent of the gradient of u.</summary>
    public required T* TangentOfOfU { get; init; }

    public required T* Weight { get; init; }

    public required T* AlongWeight { get; init; }

    public required T* Inverse { get; init; }

    public required T* MeanG { get; init; }

    public required T* MeanGy { get; init; }

    public required T* MeanYu { get; init; }
}
