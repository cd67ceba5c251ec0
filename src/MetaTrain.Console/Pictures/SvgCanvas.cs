using System.Globalization;
using System.Text;

namespace MetaTrain.Console.Pictures;

/// <summary>Where a text stands on its point.</summary>
internal enum TextAnchor
{
    /// <summary>It begins there.</summary>
    Start,

    /// <summary>Its middle is there.</summary>
    Middle,

    /// <summary>It ends there.</summary>
    End,
}

/// <summary>How a shape is drawn; without a stroke it has no outline, without a fill it is hollow.</summary>
internal readonly record struct Pen(string? Stroke = null, double Width = 1, string? Fill = null, string? Dashes = null);

/// <summary>How a text is drawn.</summary>
internal readonly record struct Lettering(double Size = 12, string Colour = "#222", bool Bold = false, TextAnchor Anchor = TextAnchor.Start);

/// <summary>Writes an SVG file on white ground, element by element; numbers with two decimals, the same everywhere.</summary>
internal sealed class SvgCanvas
{
    private readonly StringBuilder _body = new();
    private int _clips;

    /// <summary>A rectangle.</summary>
    public SvgCanvas Rectangle(double x, double y, double width, double height, Pen pen) =>
        Element($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"{Of(pen)}/>");

    /// <summary>A straight line.</summary>
    public SvgCanvas Line(double x1, double y1, double x2, double y2, Pen pen) =>
        Element($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"{Of(pen)}/>");

    /// <summary>A circle.</summary>
    public SvgCanvas Circle(double x, double y, double radius, Pen pen) =>
        Element($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"{Of(pen)}/>");

    /// <summary>A line through points; where one is not finite the line is broken.</summary>
    public SvgCanvas Curve(IEnumerable<(double X, double Y)> points, Pen pen)
    {
        var path = new StringBuilder();
        bool isDown = false;
        foreach ((double x, double y) in points)
        {
            bool isPoint = double.IsFinite(x) && double.IsFinite(y);
            if (isPoint)
            {
                path.Append(isDown ? 'L' : 'M').Append(N(x)).Append(' ').Append(N(y));
            }

            isDown = isPoint;
        }

        return path.Length == 0 ? this : Element($"<path d=\"{path}\" stroke-linejoin=\"round\"{Of(pen)}/>");
    }

    /// <summary>A line of text; y is its baseline.</summary>
    public SvgCanvas Text(double x, double y, string text, Lettering lettering = default)
    {
        Lettering used = lettering == default ? new Lettering() : lettering;
        string weight = used.Bold ? " font-weight=\"bold\"" : "";
        string anchor = used.Anchor == TextAnchor.Start ? "" : $" text-anchor=\"{(used.Anchor == TextAnchor.Middle ? "middle" : "end")}\"";
        return Element($"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(used.Size)}\" fill=\"{used.Colour}\"{weight}{anchor}>{Escape(text)}</text>");
    }

    /// <summary>An image.</summary>
    public SvgCanvas Image(double x, double y, double width, double height, string address) =>
        Element($"<image x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" href=\"{Escape(address)}\"/>");

    /// <summary>Draws something of which only what lies in a rectangle is seen.</summary>
    public SvgCanvas Within(double x, double y, double width, double height, Action<SvgCanvas> draw)
    {
        string name = $"clip{++_clips}";
        Element($"<clipPath id=\"{name}\"><rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"/></clipPath>");
        Element($"<g clip-path=\"url(#{name})\">");
        draw(this);
        return Element("</g>");
    }

    /// <summary>The file.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="title">What programs that read pictures aloud say.</param>
    public string ToFile(double width, double height, string title) =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{N(width)}\" height=\"{N(height)}\" viewBox=\"0 0 {N(width)} {N(height)}\" "
        + $"font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n<title>{Escape(title)}</title>\n"
        + $"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{_body}</svg>\n";

    private static string Of(Pen pen)
    {
        string stroke = pen.Stroke is null ? "" : $" stroke=\"{pen.Stroke}\" stroke-width=\"{N(pen.Width)}\"";
        string dashes = pen.Dashes is null ? "" : $" stroke-dasharray=\"{pen.Dashes}\"";
        return $" fill=\"{pen.Fill ?? "none"}\"{stroke}{dashes}";
    }

    private static string N(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    // What XML has no character for, not even an escaped one, is left out.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                < ' ' and not '\t' and not '\n' or 0xFFFE or 0xFFFF => escaped,
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    private SvgCanvas Element(string text)
    {
        _body.Append(text).Append('\n');
        return this;
    }
}
