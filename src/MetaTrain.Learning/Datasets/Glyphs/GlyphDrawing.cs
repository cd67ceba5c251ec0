using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>
/// Draws examples of a glyph: each with strokes that wobble, a slant, a turn, a size, a place and a pen of its own.
/// </summary>
/// <param name="options">How much of each.</param>
internal sealed class GlyphDrawing(GlyphOptions options)
{
    /// <summary>Pixels a side.</summary>
    public const int Side = 28;

    /// <summary>Half the longer side of an average glyph, in pixels.</summary>
    private const float HalfSize = 9;

    private const float DegreesToRadians = MathF.PI / 180;

    /// <summary>Draws one example.</summary>
    /// <param name="program">The class.</param>
    /// <param name="random">Where the jitter comes from.</param>
    /// <param name="image">[<see cref="Side"/>, <see cref="Side"/>], overwritten: ink 1, paper 0.</param>
    public void Draw(GlyphProgram program, ref CounterRandom random, Span<float> image)
    {
        image.Clear();
        var (sine, cosine) = PortableMath.SinCos(Jitter(ref random, options.Rotation) * DegreesToRadians);
        var (sin, cos) = ((float)sine, (float)cosine);
        var scaleX = HalfSize * (1 + Jitter(ref random, options.Scale));
        var scaleY = HalfSize * (1 + Jitter(ref random, options.Scale));
        var shear = Jitter(ref random, options.Shear);
        var middle = new GlyphPoint((Side * 0.5f) + Jitter(ref random, options.Shift), (Side * 0.5f) + Jitter(ref random, options.Shift));
        var radius = 0.5f * random.NextSingle(options.ThinnestPen, options.ThickestPen);

        Span<GlyphPoint> trace = stackalloc GlyphPoint[program.Strokes.Length * GlyphStroke.Points];
        for (var i = 0; i < program.Strokes.Length; i++)
        {
            var stroke = Wobble(program.Strokes[i], ref random);
            stroke.Trace(GlyphProgram.Begin(stroke, trace), trace.Slice(i * GlyphStroke.Points, GlyphStroke.Points));
        }

        foreach (ref var point in trace)
        {
            var (x, y) = (scaleX * (point.X + (shear * point.Y)), scaleY * point.Y);
            point = middle + new GlyphPoint((cos * x) - (sin * y), (sin * x) + (cos * y));
        }

        for (var i = 0; i < trace.Length; i++)
        {
            if (i % GlyphStroke.Points > 0)
            {
                GlyphPen.Line(image, Side, trace[i - 1], trace[i], radius);
            }
        }
    }

    private static float Jitter(ref CounterRandom random, float most) => random.NextSingle(-most, most);

    private GlyphStroke Wobble(in GlyphStroke stroke, ref CounterRandom random)
    {
        var most = options.Wobble / HalfSize;
        return stroke.Kind == GlyphStrokeKind.Arc
            ? stroke with
            {
                Start = stroke.Start + Point(ref random, most),
                Radius = stroke.Radius + Jitter(ref random, most),
                Angle = stroke.Angle + Jitter(ref random, most),
                Sweep = stroke.Sweep + (2 * Jitter(ref random, most)),
            }
            : stroke with
            {
                Start = stroke.Start + Point(ref random, most),
                End = stroke.End + Point(ref random, most),
                Control1 = stroke.Control1 + Point(ref random, most),
                Control2 = stroke.Control2 + Point(ref random, most),
            };
    }

    private static GlyphPoint Point(ref CounterRandom random, float most) => new(Jitter(ref random, most), Jitter(ref random, most));
}
