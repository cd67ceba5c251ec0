using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>A point of the drawing plane, or the way from one to another: x to the right, y down.</summary>
internal readonly record struct GlyphPoint(float X, float Y)
{
    public static GlyphPoint operator +(GlyphPoint left, GlyphPoint right) => new(left.X + right.X, left.Y + right.Y);

    public static GlyphPoint operator -(GlyphPoint left, GlyphPoint right) => new(left.X - right.X, left.Y - right.Y);

    public static GlyphPoint operator *(float factor, GlyphPoint point) => new(factor * point.X, factor * point.Y);
}

/// <summary>The shape of a stroke.</summary>
internal enum GlyphStrokeKind
{
    /// <summary>Straight.</summary>
    Line,

    /// <summary>A cubic Bezier curve.</summary>
    Curve,

    /// <summary>A part of a circle, or all of it.</summary>
    Arc,
}

/// <summary>
/// One stroke of a glyph. A stroke that begins on an earlier one moves with it, so that a drawing that wobbles stays connected.
/// </summary>
/// <param name="Kind">Its shape.</param>
/// <param name="Parent">The earlier stroke that it begins on; -1 when it begins at <paramref name="Start"/>.</param>
/// <param name="ParentPoint">The traced point of the parent that it begins at.</param>
/// <param name="Start">Where it begins when it has no parent.</param>
/// <param name="End">From its beginning to its end: lines and curves.</param>
/// <param name="Control1">From its beginning to the first control point: curves.</param>
/// <param name="Control2">From its beginning to the second control point: curves.</param>
/// <param name="Radius">The circle's radius: arcs.</param>
/// <param name="Angle">The direction from the circle's centre to the beginning, in radians: arcs.</param>
/// <param name="Sweep">How far round it goes, in radians, clockwise when positive: arcs.</param>
internal readonly record struct GlyphStroke(
    GlyphStrokeKind Kind,
    int Parent,
    int ParentPoint,
    GlyphPoint Start,
    GlyphPoint End,
    GlyphPoint Control1,
    GlyphPoint Control2,
    float Radius,
    float Angle,
    float Sweep)
{
    /// <summary>Points that a stroke is traced with.</summary>
    public const int Points = 13;

    /// <summary>Writes the stroke's <see cref="Points"/> points.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="trace">[<see cref="Points"/>].</param>
    public void Trace(GlyphPoint start, Span<GlyphPoint> trace)
    {
        if (Kind == GlyphStrokeKind.Arc)
        {
            TraceArc(start, trace);
            return;
        }

        for (var i = 0; i < Points; i++)
        {
            var t = i / (Points - 1f);
            var u = 1 - t;
            trace[i] = start + (Kind == GlyphStrokeKind.Line
                ? t * End
                : (3 * u * u * t * Control1) + (3 * u * t * t * Control2) + (t * t * t * End));
        }
    }

    private void TraceArc(GlyphPoint start, Span<GlyphPoint> trace)
    {
        var (sine, cosine) = PortableMath.SinCos(Angle);
        var (stepSine, stepCosine) = PortableMath.SinCos(Sweep / (Points - 1));
        var centre = start - (Radius * new GlyphPoint((float)cosine, (float)sine));
        for (var i = 0; i < Points; i++)
        {
            trace[i] = centre + (Radius * new GlyphPoint((float)cosine, (float)sine));
            (cosine, sine) = ((cosine * stepCosine) - (sine * stepSine), (sine * stepCosine) + (cosine * stepSine));
        }
    }
}
