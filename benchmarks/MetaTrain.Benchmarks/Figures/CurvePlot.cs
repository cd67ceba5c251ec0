using System.Globalization;
using System.Text;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>Curves over steps, on a logarithmic scale upwards, as an SVG picture.</summary>
internal static class CurvePlot
{
    private const double Width = 720;
    private const double Height = 420;
    private const double Left = 70;
    private const double Right = 190;
    private const double Top = 40;
    private const double Bottom = 50;

    // Told apart by people who see colours differently too (Okabe and Ito).
    private static readonly string[] Colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

    /// <summary>The picture.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="horizontal">What goes from left to right.</param>
    /// <param name="vertical">What goes up.</param>
    /// <param name="curves">Each with its name; values that are not positive numbers are left out.</param>
    public static string Svg(string title, string horizontal, string vertical, IReadOnlyList<(string Name, (double Step, double Value)[] Points)> curves)
    {
        double[] all = [.. curves.SelectMany(static curve => curve.Points).Select(static point => point.Value).Where(IsDrawn)];
        (double low, double high) = (Math.Floor(Math.Log10(all.Min())), Math.Ceiling(Math.Log10(all.Max())));
        high = Math.Max(high, low + 1);
        double steps = curves.Max(static curve => curve.Points[^1].Step);
        StringBuilder svg = new();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        Append(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n");
        Append(svg, $"<text x=\"{Left}\" y=\"24\" font-size=\"15\">{title}</text>\n");
        for (double decade = low; decade <= high; decade++)
        {
            Append(svg, $"<path d=\"M{Left} {Y(decade):F1}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(decade) + 4:F1}\" text-anchor=\"end\">{Math.Pow(10, decade)}</text>\n");
        }

        for (int part = 0; part <= 4; part++)
        {
            double step = steps * part / 4.0;
            Append(svg, $"<path d=\"M{X(step):F1} {Top}V{Height - Bottom}\" stroke=\"#eee\"/><text x=\"{X(step):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{step}</text>\n");
        }

        Append(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{horizontal}</text>\n");
        Append(svg, $"<text transform=\"translate(18 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{vertical}</text>\n");
        foreach ((int index, (string name, (double Step, double Value)[] values)) in curves.Index())
        {
            string colour = Colours[index % Colours.Length];
            IEnumerable<string> points = values.Where(static point => IsDrawn(point.Value))
                .Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Step):F1},{Y(Math.Log10(point.Value)):F1}"));
            Append(svg, $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n");
            Append(svg, $"<text x=\"{Width - Right + 12}\" y=\"{Top + 16 + (20 * index)}\" fill=\"{colour}\">{name}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();

        double X(double step) => Left + ((Width - Left - Right) * step / steps);

        double Y(double exponent) => Height - Bottom - ((Height - Top - Bottom) * (exponent - low) / (high - low));
    }

    private static bool IsDrawn(double value) => double.IsFinite(value) && value > 0;

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
