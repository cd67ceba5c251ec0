using System.Collections.Immutable;
using System.Globalization;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Console.Pictures;

/// <summary>A regression task: its function, the support points, and the model's curve before and after adaptation.</summary>
internal static class CurvePicture
{
    private const double Width = 910;
    private const double Height = 520;
    private const double Left = 64;
    private const double Right = 640;
    private const double Bottom = 476;

    private static readonly Pen Truth = new("#333", 1.6, Dashes: "6 4");
    private static readonly Pen Support = new("#fff", 1, "#111");
    private static readonly Pen Query = new("#888", 1.2, "#fff");

    // Told apart by people who see colours differently (Okabe and Ito), by their width, and the first by its dots.
    private static readonly Pen[] Steps = [new("#d55e00", 2, Dashes: "2 3"), new("#56b4e9", 2), new("#0072b2", 3)];

    /// <summary>Draws it. Returns how large it is.</summary>
    public static (double Width, double Height) Draw(SvgCanvas canvas, DemonstratedCurves curves, ImmutableArray<int> steps)
    {
        var x = new Axis(curves.Inputs[0], curves.Inputs[^1], Left, Right);
        Axis y = Vertical(curves);
        DrawAxes(canvas, x, y);
        Pen[] pens = PensFor(curves.Answers.Length, hasBefore: steps is [0, ..]);
        canvas.Within(Left, EpisodePicture.Top, Right - Left, Bottom - EpisodePicture.Top, inner =>
        {
            if (curves.Truth is { } truth)
            {
                inner.Curve(Points(curves.Inputs, truth, x, y), Truth);
            }

            for (int at = 0; at < curves.Answers.Length; at++)
            {
                inner.Curve(Points(curves.Inputs, curves.Answers[at], x, y), pens[at]);
            }
        });

        // Where the function is drawn its query points would only hide the curves.
        if (curves.Truth is null)
        {
            Mark(canvas, curves.QueryInputs, curves.QueryTargets, x, y, Query, 4);
        }

        Mark(canvas, curves.SupportInputs, curves.SupportTargets, x, y, Support, 5.5);
        DrawLegend(canvas, curves, steps, pens);
        return (Width, Height);
    }

    // The points and the function always; the model's curves as far as they go at most once as far again.
    private static Axis Vertical(DemonstratedCurves curves)
    {
        float[] known = [.. curves.SupportTargets, .. curves.Truth ?? curves.QueryTargets];
        (double low, double high) = (known.Min(), known.Max());
        double reach = Math.Max(high - low, 0.5);
        foreach (float value in curves.Answers.SelectMany(static answer => answer).Where(float.IsFinite))
        {
            low = Math.Min(low, Math.Max(value, known.Min() - reach));
            high = Math.Max(high, Math.Min(value, known.Max() + reach));
        }

        double space = Math.Max(high - low, 0.5) * 0.06;
        return new Axis(low - space, high + space, Bottom, EpisodePicture.Top);
    }

    private static void DrawAxes(SvgCanvas canvas, Axis x, Axis y)
    {
        var fine = new Pen("#e4e4e4");
        foreach (double value in x.Ticks(10))
        {
            canvas.Line(x.At(value), EpisodePicture.Top, x.At(value), Bottom, fine);
            canvas.Text(x.At(value), Bottom + 18, Number(value), new Lettering(12, "#555", Anchor: TextAnchor.Middle));
        }

        foreach (double value in y.Ticks(8))
        {
            canvas.Line(Left, y.At(value), Right, y.At(value), fine);
            canvas.Text(Left - 8, y.At(value) + 4, Number(value), new Lettering(12, "#555", Anchor: TextAnchor.End));
        }

        canvas.Rectangle(Left, EpisodePicture.Top, Right - Left, Bottom - EpisodePicture.Top, new Pen("#999"));
    }

    private static void DrawLegend(SvgCanvas canvas, DemonstratedCurves curves, ImmutableArray<int> steps, Pen[] pens)
    {
        const double From = Right + 22;
        double at = EpisodePicture.Top + 14;
        canvas.Circle(From + 14, at, 5.5, Support);
        Name("support points");
        if (curves.Truth is null)
        {
            canvas.Circle(From + 14, at, 4, Query);
            Name("query points");
        }
        else
        {
            canvas.Line(From, at, From + 28, at, Truth);
            Name("true function");
        }

        for (int curve = 0; curve < pens.Length; curve++)
        {
            canvas.Line(From, at, From + 28, at, pens[curve]);
            Name(steps.IsEmpty ? "the model" : "model " + PictureText.When(steps[curve]));
        }

        void Name(string text)
        {
            canvas.Text(From + 38, at + 4, text, new Lettering(12.5));
            at += 24;
        }
    }

    private static Pen[] PensFor(int curves, bool hasBefore) => (curves, hasBefore) switch
    {
        (1, true) => [Steps[0]],
        (1, false) => [Steps[2]],
        (2, true) => [Steps[0], Steps[2]],
        (2, false) => [Steps[1], Steps[2]],
        _ => Steps,
    };

    private static void Mark(SvgCanvas canvas, float[] inputs, float[] targets, Axis x, Axis y, Pen pen, double radius)
    {
        for (int point = 0; point < inputs.Length; point++)
        {
            canvas.Circle(x.At(inputs[point]), y.At(targets[point]), radius, pen);
        }
    }

    private static IEnumerable<(double X, double Y)> Points(float[] inputs, float[] values, Axis x, Axis y) =>
        inputs.Zip(values, (input, value) => (x.At(input), y.At(value)));

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−');
}
