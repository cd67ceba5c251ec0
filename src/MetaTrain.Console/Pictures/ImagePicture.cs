using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Pictures;

/// <summary>A classification task: a row a class, with its support images and its query images, and what was answered to these before and after.</summary>
internal static class ImagePicture
{
    private const double Side = 46;
    private const double Gap = 9;
    private const double AnswerHeight = 17;
    private const double NameWidth = 66;
    private const string Right = "#0a7d33";
    private const string Wrong = "#c62828";

    private static double Left => EpisodePicture.Margin;

    private static double FirstImage => Left + NameWidth;

    /// <summary>Draws it. Returns how large it is.</summary>
    public static (double Width, double Height) Draw(SvgCanvas canvas, DemonstratedImages images, Demonstration shown)
    {
        double queriesFrom = FirstImage + (images.Shots * (Side + Gap)) + 22;
        double rowHeight = Side + 6 + (images.Answers.Length * AnswerHeight) + 14;
        double top = EpisodePicture.Top + 26;
        canvas.Text(FirstImage, EpisodePicture.Top + 10, "support", new Lettering(12.5, "#444", Bold: true));
        canvas.Text(queriesFrom, EpisodePicture.Top + 10, QueriesHead(shown.InnerSteps), new Lettering(12.5, "#444", Bold: true));
        for (int way = 0; way < images.Ways; way++)
        {
            double y = top + (way * rowHeight);
            canvas.Text(Left, y + (Side / 2) + 5, $"class {way + 1}", new Lettering(13, Bold: true));
            for (int shot = 0; shot < images.Shots; shot++)
            {
                DrawImage(canvas, images, images.Support, (way * images.Shots) + shot, FirstImage + (shot * (Side + Gap)), y);
                canvas.Rectangle(FirstImage + (shot * (Side + Gap)), y, Side, Side, new Pen("#888"));
            }

            for (int query = 0; query < images.Queries; query++)
            {
                DrawQuery(canvas, images, shown.InnerSteps, (way, query), queriesFrom + (query * (Side + Gap)), y);
            }

            DrawAnswerNames(canvas, shown.InnerSteps, queriesFrom - 8, y);
        }

        double end = top + (images.Ways * rowHeight);
        canvas.Text(Left, end + 8, Explanation(images, shown), new Lettering(12, "#666"));
        return (queriesFrom + (images.Queries * (Side + Gap)) + EpisodePicture.Margin, end + 28);
    }

    private static void DrawQuery(SvgCanvas canvas, DemonstratedImages images, ImmutableArray<int> steps, (int Way, int Query) which, double x, double y)
    {
        int row = (which.Way * images.Queries) + which.Query;
        bool isRight = images.Answers[^1][row] == which.Way;
        DrawImage(canvas, images, images.Query, row, x, y);
        canvas.Rectangle(x, y, Side, Side, isRight ? new Pen(Right, 1.5) : new Pen(Wrong, 3.5));
        for (int at = 0; at < images.Answers.Length; at++)
        {
            int answer = images.Answers[at][row];
            bool isBefore = steps is [0, _, ..] && at == 0;
            string text = answer == which.Way ? $"✓ {answer + 1}" : $"✗ {answer + 1}";
            string colour = answer == which.Way ? Right : Wrong;
            canvas.Text(
                x + (Side / 2), y + Side + 6 + ((at + 0.75) * AnswerHeight), text,
                new Lettering(isBefore ? 11.5 : 13, colour, Bold: !isBefore, Anchor: TextAnchor.Middle));
        }
    }

    private static void DrawAnswerNames(SvgCanvas canvas, ImmutableArray<int> steps, double x, double y)
    {
        for (int at = 0; at < steps.Length && steps.Length > 1; at++)
        {
            canvas.Text(x, y + Side + 6 + ((at + 0.75) * AnswerHeight), at == 0 ? "before" : "after", new Lettering(11.5, "#666", Anchor: TextAnchor.End));
        }
    }

    private static void DrawImage(SvgCanvas canvas, DemonstratedImages images, byte[] pixels, int index, double x, double y)
    {
        int length = images.Shape.Aggregate(1, static (product, size) => product * size);
        canvas.Image(x, y, Side, Side, PngImage.DataUri(pixels.AsSpan(index * length, length), images.Shape[0], images.Shape[1], images.Shape[2]));
    }

    private static string QueriesHead(ImmutableArray<int> steps) => steps switch
    {
        [0, var most] => $"queries, and the class answered: before adaptation, and after {Format.Count(most, "step")}",
        [0] => "queries, and the class answered before adaptation",
        [var only] => $"queries, and the class answered after {Format.Count(only, "step")}",
        _ => "queries, and the class answered",
    };

    private static string Explanation(DemonstratedImages images, Demonstration shown)
    {
        string cut = images.Ways < shown.Ways || images.Shots < shown.Shots || images.Queries < shown.Queries
            ? $"; the first {Format.Count(images.Ways)} of {Format.Count(shown.Ways)} classes, with at most {images.Shots} support and {images.Queries} query images each"
            : "";
        string last = shown.InnerSteps.Length > 1 ? " after adaptation" : "";
        return $"A thin green frame: right{last}. A thick red frame: wrong{cut}.";
    }
}
