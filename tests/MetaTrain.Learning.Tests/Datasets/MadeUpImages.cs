using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets;

/// <summary>A small data set whose pixels say where they are from: every image is different, and each names its class and example.</summary>
internal static class MadeUpImages
{
    public const int Side = 4;

    public static ImageDataset Create(int classesPerSplit, int examples = 20, int channels = 1, int width = Side) => new(
        "made-up",
        [channels, Side, width],
        [.. Enum.GetValues<Split>().SelectMany(split => Enumerable.Range(0, classesPerSplit).Select(index =>
            CreateClass(split, ((int)split * classesPerSplit) + index, examples, channels * Side * width)))]);

    /// <summary>The class and the example that an unrotated image is.</summary>
    public static (int Class, int Example) Identify(float[] image) => ((int)MathF.Round(image[0] * 255), (int)MathF.Round(image[1] * 255));

    private static ImageClass CreateClass(Split split, int number, int examples, int length)
    {
        var pixels = new byte[examples * length];
        for (var example = 0; example < examples; example++)
        {
            var image = pixels.AsSpan(example * length, length);
            (image[0], image[1]) = ((byte)number, (byte)example);
            for (var i = 2; i < length; i++)
            {
                image[i] = (byte)((number * 31) + (example * 17) + (i * 7));
            }
        }

        return new ImageClass($"class{number:000}", split, examples, pixels);
    }
}
