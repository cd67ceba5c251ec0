using System.Collections.Immutable;

namespace MetaTrain.Console.Live;

/// <summary>What a piece of text means; a terminal with colours shows it so.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Quiet,
    Accent,
    Good,
    Warning,
    Bad,
}

/// <summary>Text of one tone.</summary>
internal readonly record struct Span(string Text, Tone Tone = Tone.Plain);

/// <summary>One line of a screen.</summary>
internal sealed record Line(ImmutableArray<Span> Spans)
{
    public static Line Empty { get; } = new([]);

    public static Line Of(params Span[] spans) => new([.. spans]);

    public int Length => Spans.Sum(span => span.Text.Length);

    /// <summary>The line cut to a width, with an ellipsis where something is missing.</summary>
    public Line Fit(int width, string ellipsis)
    {
        if (Length <= width)
        {
            return this;
        }

        ImmutableArray<Span>.Builder kept = ImmutableArray.CreateBuilder<Span>();
        int left = Math.Max(0, width - ellipsis.Length);
        foreach (Span span in Spans)
        {
            string text = span.Text.Length <= left ? span.Text : span.Text[..left];
            kept.Add(span with { Text = text });
            left -= text.Length;
        }

        kept.Add(new Span(width >= ellipsis.Length ? ellipsis : "", Tone.Quiet));
        return new Line(kept.ToImmutable());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Spans.Select(span => span.Text)).TrimEnd();
}
