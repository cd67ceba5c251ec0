// One strip of at most two vectors of channels at a time; M rows (examples and pixels). Everything about a channel comes from its own
// column, whose rows are added one after the other in runs.
//
// y = (u - m(u)) r,  r = 1 / sqrt(m((u - m(u))^2) + e),  m() the mean over rows;  a = max(0, w y + b).
// Backward, with g the gradient of a where a > 0:  db = sum g,  dw = sum g y,  du = r w (g - m(g) - y m(g y)).
// Tangents, along u', w', b':  y' = r (u' - m(u') - y m(y u')),  a' = w' y + w y' + b' where a > 0.
// Tangent of backward, with g' that of g and q = m(g' y + g y'):  db' = sum g',  dw' = sum (g' y + g y'),
//   du' = (r w)' (g - m(g) - y m(g y)) + r w (g' - m(g') - y' m(g y) - y q),  (r w)' = r w' - r^2 m(y u') w.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    private Vector256<T> Count => Vector256.Create(T.CreateChecked(_rows));

    /// <summary>u becomes y; a and r are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(T* u, T* a, T* weight, T* bias, T* inverse)
    {
        var sum = Vector256<T>.Zero;
        for (var row = 0; row < _rows;)
        {
            var run = Vector256<T>.Zero;
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                run += Vector256.Load(u + ((nint)row * _stride));
            }

            sum += run;
        }

        var mean = sum / Count;
        sum = Vector256<T>.Zero;
        for (var row = 0; row < _rows;)
        {
            var run = Vector256<T>.Zero;
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var centered = Vector256.Load(u + ((nint)row * _stride)) - mean;
                run = Simd<T>.MultiplyAdd(centered, centered, run);
            }

            sum += run;
        }

        var r = Vector256<T>.One / Vector256.Sqrt((sum / Count) + Vector256.Create(_epsilon));
        r.Store(inverse);
        var (w, b) = (Vector256.Load(weight), Vector256.Load(bias));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var y = (Vector256.Load(u + at) - mean) * r;
            y.Store(u + at);
            var z = Simd<T>.MultiplyAdd(w, y, b);
            Vector256.ConditionalSelect(Vector256.LessThanOrEqual(z, Vector256<T>.Zero), Vector256<T>.Zero, z).Store(a + at);
        }
    }

    /// <summary>Writes du; adds to dw and db; remembers m(g) and m(g y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(T* ofA, T* a, T* y, T* ofU, T* weight, T* inverse, T* ofWeight, T* ofBias, T* meanG, T* meanGy)
    {
        var (sumG, sumGy) = (Vector256<T>.Zero, Vector256<T>.Zero);
        for (var row = 0; row < _rows;)
        {
            var (runG, runGy) = (Vector256<T>.Zero, Vector256<T>.Zero);
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var g = Simd<T>.WherePositive(Vector256.Load(a + at), Vector256.Load(ofA + at));
                runG += g;
                runGy = Simd<T>.MultiplyAdd(g, Vector256.Load(y + at), runGy);
            }

            (sumG, sumGy) = (sumG + runG, sumGy + runGy);
        }

        Add(sumGy, ofWeight);
        Add(sumG, ofBias);
        var (mg, mgy, slope) = (sumG / Count, sumGy / Count, Vector256.Load(inverse) * Vector256.Load(weight));
        mg.Store(meanG);
        mgy.Store(meanGy);
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var g = Simd<T>.WherePositive(Vector256.Load(a + at), Vector256.Load(ofA + at));
            (slope * (g - mg - (Vector256.Load(y + at) * mgy))).Store(ofU + at);
        }
    }

    /// <summary>u' becomes y'; a' is written; remembers m(y u').</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TangentForward(T* u, T* a, T* y, T* tangentOfA, T* weight, T* inverse, T* alongWeight, T* alongBias, T* meanYu)
    {
        var (sumU, sumYu) = (Vector256<T>.Zero, Vector256<T>.Zero);
        for (var row = 0; row < _rows;)
        {
            var (runU, runYu) = (Vector256<T>.Zero, Vector256<T>.Zero);
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var value = Vector256.Load(u + at);
                runU += value;
                runYu = Simd<T>.MultiplyAdd(value, Vector256.Load(y + at), runYu);
            }

            (sumU, sumYu) = (sumU + runU, sumYu + runYu);
        }

        var (mu, myu, r) = (sumU / Count, sumYu / Count, Vector256.Load(inverse));
        myu.Store(meanYu);
        var (w, alongW, alongB) = (Vector256.Load(weight), Vector256.Load(alongWeight), Vector256.Load(alongBias));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var standard = Vector256.Load(y + at);
            var tangent = r * (Vector256.Load(u + at) - mu - (standard * myu));
            tangent.Store(u + at);
            var z = Simd<T>.MultiplyAdd(alongW, standard, Simd<T>.MultiplyAdd(w, tangent, alongB));
            Simd<T>.WherePositive(Vector256.Load(a + at), z).Store(tangentOfA + at);
        }
    }

    /// <summary>Writes du'; adds to dw' and db'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TangentBackward(in NormTangent<T> s, T* ofWeight, T* ofBias)
    {
        var (sumG, sumQ) = (Vector256<T>.Zero, Vector256<T>.Zero);
        for (var row = 0; row < _rows;)
        {
            var (runG, runQ) = (Vector256<T>.Zero, Vector256<T>.Zero);
            for (var end = Math.Min(row + RunLength, _rows); row < end; row++)
            {
                var at = (nint)row * _stride;
                var gate = Vector256.Load(s.A + at);
                var (g, tangent) = (Simd<T>.WherePositive(gate, Vector256.Load(s.OfA + at)), Simd<T>.WherePositive(gate, Vector256.Load(s.TangentOfOfA + at)));
                runG += tangent;
                runQ = Simd<T>.MultiplyAdd(tangent, Vector256.Load(s.Y + at), Simd<T>.MultiplyAdd(g, Vector256.Load(s.TangentOfY + at), runQ));
            }

            (sumG, sumQ) = (sumG + runG, sumQ + runQ);
        }

        Add(sumQ, ofWeight);
        Add(sumG, ofBias);
        var (r, w, mg, mgy) = (Vector256.Load(s.Inverse), Vector256.Load(s.Weight), Vector256.Load(s.MeanG), Vector256.Load(s.MeanGy));
        var (slope, mtg, q) = (r * w, sumG / Count, sumQ / Count);
        var slopeTangent = (r * Vector256.Load(s.AlongWeight)) - (r * slope * Vector256.Load(s.MeanYu));
        for (var row = 0; row < _rows; row++)
        {
            var at = (nint)row * _stride;
            var (gate, y) = (Vector256.Load(s.A + at), Vector256.Load(s.Y + at));
            var (g, tangent) = (Simd<T>.WherePositive(gate, Vector256.Load(s.OfA + at)), Simd<T>.WherePositive(gate, Vector256.Load(s.TangentOfOfA + at)));
            var direction = g - mg - (y * mgy);
            var change = tangent - mtg - (Vector256.Load(s.TangentOfY + at) * mgy) - (y * q);
            Simd<T>.MultiplyAdd(slopeTangent, direction, slope * change).Store(s.TangentOfOfU + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<T> value, T* target) => (Vector256.Load(target) + value).Store(target);
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
