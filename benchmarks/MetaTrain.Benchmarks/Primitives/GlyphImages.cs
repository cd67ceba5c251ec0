using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>
/// As many images as Omniglot's background set has, in the same shape, with glyphs on them: what sampling and inner steps cost depends on the
/// shape alone, and nothing needs to be imported.
/// </summary>
internal static class GlyphImages
{
    private const int Classes = 964;
    private const int Examples = 20;
    private const int Pixels = GlyphDrawing.Side * GlyphDrawing.Side;

    /// <summary>Draws them.</summary>
    public static ImageDataset Draw()
    {
        GlyphDrawing drawing = new(new GlyphOptions());
        return new ImageDataset("glyph images", [1, GlyphDrawing.Side, GlyphDrawing.Side], [.. Enumerable.Range(0, Classes).Select(DrawClass)]);

        ImageClass DrawClass(int index)
        {
            GlyphProgram program = GlyphProgram.Create(Split.Train, index);
            CounterRandom random = new(7, RandomPurpose.GlyphDrawing, index);
            byte[] pixels = new byte[Examples * Pixels];
            float[] image = new float[Pixels];
            for (int example = 0; example < Examples; example++)
            {
                drawing.Draw(program, ref random, image);
                for (int pixel = 0; pixel < Pixels; pixel++)
                {
                    pixels[(example * Pixels) + pixel] = (byte)(image[pixel] * byte.MaxValue);
                }
            }

            return new ImageClass($"glyph {index}", Split.Train, Examples, pixels);
        }
    }
}
