namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Writes an image's bytes, 0 to 255, as values 0 to 1, turned by quarter turns.</summary>
internal static class QuarterTurns
{
    /// <summary>Turns, none among them.</summary>
    public const int Count = 4;

    private static readonly float[] Scale = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    /// <summary>Writes one image.</summary>
    /// <param name="pixels">Its bytes.</param>
    /// <param name="size">Its sizes; square where it is turned.</param>
    /// <param name="quarters">Quarter turns, counter-clockwise.</param>
    /// <param name="destination">Overwritten.</param>
    public static void Write(ReadOnlySpan<byte> pixels, ImageSize size, int quarters, Span<float> destination)
    {
        if (quarters == 0)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                destination[i] = Scale[pixels[i]];
            }

            return;
        }

        // Row y, column x of the turned image comes from (x, side - 1 - y), (side - 1 - y, side - 1 - x) or (side - 1 - x, y).
        var side = size.Width;
        var (start, stepX, stepY) = quarters switch
        {
            1 => (side - 1, side, -1),
            2 => ((side * side) - 1, -1, -side),
            _ => ((side - 1) * side, -side, 1),
        };
        for (var plane = 0; plane < pixels.Length; plane += side * side)
        {
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    destination[plane + (y * side) + x] = Scale[pixels[plane + start + (x * stepX) + (y * stepY)]];
                }
            }
        }
    }
}
