using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Console.Pictures;

/// <summary>Draws an episode: a regression as curves, a classification as rows of images.</summary>
internal static class EpisodePicture
{
    /// <summary>Where the words at the head of a picture begin.</summary>
    public const double Margin = 24;

    /// <summary>Where the drawing below them begins.</summary>
    public const double Top = 100;

    /// <summary>The picture as an SVG file.</summary>
    public static string Draw(JobId job, Demonstration shown)
    {
        var canvas = new SvgCanvas();
        string[] words = [PictureText.Title(job, shown), PictureText.Measures(shown), PictureText.Sizes(shown) + (shown.DataNote is { } note ? $" ({note})" : "")];
        canvas.Text(Margin, 32, words[0], new Lettering(17, Bold: true));
        canvas.Text(Margin, 54, words[1], new Lettering(13));
        canvas.Text(Margin, 73, words[2], new Lettering(12, "#666"));
        (double width, double height) = shown switch
        {
            { Curves: { } curves } => CurvePicture.Draw(canvas, curves, shown.InnerSteps),
            { Images: { } images } => ImagePicture.Draw(canvas, images, shown),
            _ => throw new InvalidOperationException("The cluster sent an episode with neither curves nor images: it runs another build of MetaTrain."),
        };

        // Letters are about half as wide as they are high, bold ones more.
        double widest = Math.Max(words[0].Length * 17 * 0.6, words[1].Length * 13 * 0.56);
        return canvas.ToFile(Math.Max(width, (2 * Margin) + widest), height, $"{words[0]}: {words[1]}");
    }
}
