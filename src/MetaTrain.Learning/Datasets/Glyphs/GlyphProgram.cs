using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>
/// A class of glyphs: two to four strokes, most of them connected, made from nothing but the split and the class's number. The same
/// in every job, so that figures of different jobs can be compared. Coordinates are such that the glyph fills the square from -1 to 1.
/// </summary>
internal sealed class GlyphProgram
{
    /// <summary>The classes of each split.</summary>
    public const int ClassesPerSplit = 1 << 30;

    private const int FewestStrokes = 2;
    private const int MostStrokes = 4;
    private const ulong AlphabetSeed = 0x676C_7970_6873;

    private GlyphProgram(GlyphStroke[] strokes) => Strokes = strokes;

    /// <summary>In drawing order.</summary>
    public GlyphStroke[] Strokes { get; }

    /// <summary>A class.</summary>
    /// <param name="split">Its split: classes of two splits come from different random streams.</param>
    /// <param name="index">Its number, under <see cref="ClassesPerSplit"/>.</param>
    public static GlyphProgram Create(Split split, int index)
    {
        var random = new CounterRandom(AlphabetSeed, RandomPurpose.GlyphProgram, index, lane: (byte)split);
        var strokes = new GlyphStroke[FewestStrokes + random.NextInt(MostStrokes - FewestStrokes + 1)];
        Span<GlyphPoint> trace = stackalloc GlyphPoint[MostStrokes * GlyphStroke.Points];
        for (var i = 0; i < strokes.Length; i++)
        {
            strokes[i] = CreateStroke(ref random, i, trace);
            strokes[i].Trace(Begin(strokes[i], trace), trace.Slice(i * GlyphStroke.Points, GlyphStroke.Points));
        }

        Fit(strokes, trace[..(strokes.Length * GlyphStroke.Points)]);
        return new GlyphProgram(strokes);
    }

    /// <summary>Where a stroke begins, given the strokes traced before it.</summary>
    public static GlyphPoint Begin(in GlyphStroke stroke, ReadOnlySpan<GlyphPoint> trace) =>
        stroke.Parent < 0 ? stroke.Start : trace[(stroke.Parent * GlyphStroke.Points) + stroke.ParentPoint];

    private static GlyphStroke CreateStroke(ref CounterRandom random, int number, scoped ReadOnlySpan<GlyphPoint> trace)
    {
        var connected = number > 0 && random.NextInt(5) > 0;
        var parent = connected ? random.NextInt(number) : -1;
        var parentPoint = connected ? random.NextInt(GlyphStroke.Points) : 0;
        var start = connected ? trace[(parent * GlyphStroke.Points) + parentPoint] : Anywhere(ref random);
        var stroke = new GlyphStroke { Parent = parent, ParentPoint = parentPoint, Start = start };
        return random.NextInt(3) switch
        {
            0 => stroke with { Kind = GlyphStrokeKind.Line, End = FarFrom(start, ref random) - start },
            1 => stroke with
            {
                Kind = GlyphStrokeKind.Curve,
                End = FarFrom(start, ref random) - start,
                Control1 = Anywhere(ref random) - start,
                Control2 = Anywhere(ref random) - start,
            },
            _ => stroke with
            {
                Kind = GlyphStrokeKind.Arc,
                Radius = random.NextSingle(0.3f, 0.7f),
                Angle = random.NextSingle(0, 2 * MathF.PI),
                Sweep = random.NextSingle(0.6f, 2) * MathF.PI * (random.NextInt(2) == 0 ? 1 : -1),
            },
        };
    }

    private static GlyphPoint Anywhere(ref CounterRandom random) => new(random.NextSingle(-1, 1), random.NextSingle(-1, 1));

    /// <summary>A point far enough away for a stroke to be seen; half of all are, so sixteen attempts fail about never, and never for long.</summary>
    private static GlyphPoint FarFrom(GlyphPoint start, ref CounterRandom random)
    {
        var point = Anywhere(ref random);
        for (var attempt = 0; attempt < 16; attempt++)
        {
            var way = point - start;
            if ((way.X * way.X) + (way.Y * way.Y) > 0.64f)
            {
                break;
            }

            point = Anywhere(ref random);
        }

        return point;
    }

    /// <summary>Moves and scales the strokes so that the glyph is centred and its longer side is 2: where and how large tells no class.</summary>
    private static void Fit(Span<GlyphStroke> strokes, scoped ReadOnlySpan<GlyphPoint> trace)
    {
        var (low, high) = (trace[0], trace[0]);
        foreach (var point in trace)
        {
            low = new GlyphPoint(Math.Min(low.X, point.X), Math.Min(low.Y, point.Y));
            high = new GlyphPoint(Math.Max(high.X, point.X), Math.Max(high.Y, point.Y));
        }

        var centre = 0.5f * (low + high);
        var scale = 2 / Math.Max(high.X - low.X, high.Y - low.Y);
        foreach (ref var stroke in strokes)
        {
            stroke = stroke with
            {
                Start = scale * (stroke.Start - centre),
                End = scale * stroke.End,
                Control1 = scale * stroke.Control1,
                Control2 = scale * stroke.Control2,
                Radius = scale * stroke.Radius,
            };
        }
    }
}
