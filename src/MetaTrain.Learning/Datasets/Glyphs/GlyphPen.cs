namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>
/// Draws lines with round ends into a square grey image, anti-aliased: a pixel is as dark as its distance from the line leaves of
/// half the pen's width, over a border of one pixel. Ink is 1, paper 0. Plain single-precision arithmetic in a fixed order.
/// </summary>
internal static class GlyphPen
{
    /// <summary>Draws one straight line.</summary>
    /// <param name="image">[side, side], row-major.</param>
    /// <param name="side">Pixels a side.</param>
    /// <param name="from">Where it begins, in pixels; the first pixel's centre is (0.5, 0.5).</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="radius">Half the pen's width, in pixels.</param>
    public static void Line(Span<float> image, int side, GlyphPoint from, GlyphPoint to, float radius)
    {
        var reach = radius + 0.5f;
        var left = Math.Max(0, (int)(Math.Min(from.X, to.X) - reach));
        var right = Math.Min(side - 1, (int)(Math.Max(from.X, to.X) + reach));
        var top = Math.Max(0, (int)(Math.Min(from.Y, to.Y) - reach));
        var bottom = Math.Min(side - 1, (int)(Math.Max(from.Y, to.Y) + reach));
        var way = to - from;
        var length2 = (way.X * way.X) + (way.Y * way.Y);
        var inverse = length2 > 0 ? 1 / length2 : 0;
        for (var y = top; y <= bottom; y++)
        {
            var row = image.Slice(y * side, side);
            var dy = y + 0.5f - from.Y;
            for (var x = left; x <= right; x++)
            {
                var dx = x + 0.5f - from.X;
                var along = ((dx * way.X) + (dy * way.Y)) * inverse;
                along = along < 0 ? 0 : along > 1 ? 1 : along;
                var (offX, offY) = (dx - (along * way.X), dy - (along * way.Y));
                var distance2 = (offX * offX) + (offY * offY);
                if (distance2 < reach * reach)
                {
                    var ink = reach - MathF.Sqrt(distance2);
                    ink = ink > 1 ? 1 : ink;
                    row[x] = row[x] > ink ? row[x] : ink;
                }
            }
        }
    }
}
