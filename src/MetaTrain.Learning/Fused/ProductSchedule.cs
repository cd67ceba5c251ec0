namespace MetaTrain.Learning.Fused;

/// <summary>
/// The order in which <see cref="ProductKernel{T}"/> computes an affine map of several images without ever gathering patches: its tiles, each up
/// to six rows that are reached through the same taps, with the offsets where their values lie. Taps that a border cuts off cost nothing.
/// Every output value is a sum over taps in their order and over a tap's values in theirs, however rows and taps are cut.
/// </summary>
/// <remarks>Passes keep the weights that a panel's tiles share within the first-level cache; all but the first add to what is there.</remarks>
internal sealed class ProductSchedule
{
    /// <summary>Rows of the largest tile.</summary>
    public const int TileRows = 6;

    private const int ValuesAPass = 256;

    /// <summary>Rows of input and output that are worked on together, for every panel of the weights: what the second-level cache holds beside these.</summary>
    private const int ValuesAChunk = 64 << 10;

    private ProductSchedule(int[][][] chunks) => Chunks = chunks;

    /// <summary>
    /// By chunk of images, by pass. A pass is a list of tiles: number of rows (0 ends the list), number of taps, the rows' output offsets; then for each tap its first row of
    /// weights, its length and the rows' input offsets.
    /// </summary>
    public int[][][] Chunks { get; }

    /// <summary>A schedule.</summary>
    /// <param name="reached">By output pixel: taps and the input pixels that they read.</param>
    /// <param name="images">Images.</param>
    /// <param name="length">Values that a tap reads.</param>
    /// <param name="input">Pixels an image and the distance between pixels, of the input.</param>
    /// <param name="output">The same of the output.</param>
    public static ProductSchedule Create(
        IReadOnlyList<IReadOnlyList<(int Tap, int Pixel)>> reached, int images, int length, (int Pixels, int Stride) input, (int Pixels, int Stride) output)
    {
        var groups = Enumerable.Range(0, output.Pixels)
            .GroupBy(pixel => string.Join(',', reached[pixel].Select(piece => piece.Tap)), StringComparer.Ordinal)
            .Select(group => group.ToArray()).ToArray();
        var imagesAChunk = Math.Max(1, ValuesAChunk / ((input.Pixels * input.Stride) + (output.Pixels * output.Stride)));
        return new ProductSchedule(
            [.. Enumerable.Range(0, images).Chunk(imagesAChunk).Select(chunk => Passes(groups, chunk, reached, length, input, output))]);
    }

    private static int[][] Passes(
        int[][] groups, int[] images, IReadOnlyList<IReadOnlyList<(int Tap, int Pixel)>> reached, int length, (int Pixels, int Stride) input, (int Pixels, int Stride) output)
    {
        List<List<int>> passes = [];
        foreach (var group in groups)
        {
            var rows = group.SelectMany(pixel => images.Select(image => (Image: image, Pixel: pixel))).ToArray();
            var chunks = Cut([.. reached[group[0]].Select(piece => piece.Tap)], length);
            for (var pass = 0; pass < chunks.Count; pass++)
            {
                if (passes.Count == pass)
                {
                    passes.Add([]);
                }

                foreach (var tile in Tiles(rows))
                {
                    Write(passes[pass], tile, chunks[pass], length, reached, input, output);
                }
            }
        }

        return [.. passes.Select(pass => (int[])[.. pass, 0])];
    }

    /// <summary>Equal shares of at most six rows.</summary>
    private static IEnumerable<(int Image, int Pixel)[]> Tiles((int Image, int Pixel)[] rows)
    {
        var tiles = (rows.Length + TileRows - 1) / TileRows;
        for (var tile = 0; tile < tiles; tile++)
        {
            yield return rows[(tile * rows.Length / tiles)..((tile + 1) * rows.Length / tiles)];
        }
    }

    /// <summary>The taps of each pass: where in the list of taps, from which value on, how many values.</summary>
    private static List<List<(int At, int Tap, int First, int Length)>> Cut(int[] taps, int length)
    {
        List<List<(int, int, int, int)>> chunks = [];
        if (taps.Length == 0)
        {
            return [[]];
        }

        if (length > ValuesAPass)
        {
            for (var at = 0; at < taps.Length; at++)
            {
                for (var first = 0; first < length; first += ValuesAPass)
                {
                    chunks.Add([(at, taps[at], first, Math.Min(ValuesAPass, length - first))]);
                }
            }

            return chunks;
        }

        var passes = ((taps.Length * length) + ValuesAPass - 1) / ValuesAPass;
        var tapsAPass = (taps.Length + passes - 1) / passes;
        for (var at = 0; at < taps.Length; at++)
        {
            if (at % tapsAPass == 0)
            {
                chunks.Add([]);
            }

            chunks[^1].Add((at, taps[at], 0, length));
        }

        return chunks;
    }

    private static void Write(
        List<int> pass,
        (int Image, int Pixel)[] rows,
        List<(int At, int Tap, int First, int Length)> chunk,
        int length,
        IReadOnlyList<IReadOnlyList<(int Tap, int Pixel)>> reached,
        (int Pixels, int Stride) input,
        (int Pixels, int Stride) output)
    {
        pass.AddRange([rows.Length, chunk.Count]);
        pass.AddRange(rows.Select(row => ((row.Image * output.Pixels) + row.Pixel) * output.Stride));
        foreach (var (at, tap, first, values) in chunk)
        {
            pass.AddRange([(tap * length) + first, values]);
            pass.AddRange(rows.Select(row => (((row.Image * input.Pixels) + reached[row.Pixel][at].Pixel) * input.Stride) + first));
        }
    }
}
