using CsCheck;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class ImageDecoderTests
{
    [Fact]
    public void Decode_ReadsBlackAndWhite_WhenThePngHasOneBit()
    {
        var png = TestPng.Bits(13, 5, (x, y) => (x + y) % 3 == 0);
        var pixels = ImageDecoder.Decode(png, "a.png", channels: 1, 13, 5);
        for (var i = 0; i < pixels.Length; i++)
        {
            Assert.Equal(((i % 13) + (i / 13)) % 3 == 0 ? 255 : 0, pixels[i]);
        }
    }

    [Fact]
    public void Decode_TakesTheMeanOfTheAreaCovered_WhenSizesDoNotDivide() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.ULong).SelectMany(
        (width, height, seed) => Gen.Select(Gen.Int[1, 2 * width], Gen.Int[1, 2 * height], Gen.Const((width, height, seed)))).Sample(
        (targetWidth, targetHeight, source) =>
        {
            var (width, height, seed) = source;
            byte Value(int x, int y) => (byte)(((ulong)((x * 37) + (y * 101)) + seed) * 2654435761 >> 24);
            var pixels = ImageDecoder.Decode(TestPng.Grey(width, height, Value), "a.png", channels: 1, targetWidth, targetHeight);

            // By the definition, on the finest common grid.
            for (var y = 0; y < targetHeight; y++)
            {
                for (var x = 0; x < targetWidth; x++)
                {
                    var sum = 0L;
                    for (var fineY = y * height; fineY < (y + 1) * height; fineY++)
                    {
                        for (var fineX = x * width; fineX < (x + 1) * width; fineX++)
                        {
                            sum += Value(fineX / targetWidth, fineY / targetHeight);
                        }
                    }

                    Assert.Equal(((2 * sum) + (width * height)) / (2 * width * height), pixels[(y * targetWidth) + x]);
                }
            }
        },
        iter: 30);

    [Fact]
    public void Decode_SeparatesColours_WhenAskedForThreeChannels()
    {
        var png = TestPng.Colour(2, 2, (x, y) => ((byte)(10 + x), (byte)(20 + y), 30));
        Assert.Equal([10, 11, 10, 11, 20, 20, 21, 21, 30, 30, 30, 30], ImageDecoder.Decode(png, "a.png", channels: 3, 2, 2));
    }

    [Fact]
    public void Decode_LaysWhatIsTransparentOverWhite()
    {
        var grey = TestPng.GreyAlpha(4, 1, (x, _) => (0, (byte)(85 * x)));
        Assert.Equal([255, 170, 85, 0], ImageDecoder.Decode(grey, "a.png", channels: 1, 4, 1));
        Assert.Equal([255, 170, 85, 0, 255, 170, 85, 0, 255, 170, 85, 0], ImageDecoder.Decode(grey, "a.png", channels: 3, 4, 1));

        var colour = TestPng.ColourAlpha(2, 1, (x, _) => (200, 100, 0, (byte)(255 * x)));
        Assert.Equal([255, 200, 255, 100, 255, 0], ImageDecoder.Decode(colour, "a.png", channels: 3, 2, 1));
        Assert.Equal(
            [255, .. ImageDecoder.Decode(TestPng.Colour(1, 1, (_, _) => (200, 100, 0)), "a.png", channels: 1, 1, 1)],
            ImageDecoder.Decode(colour, "a.png", channels: 1, 2, 1));
    }

    [Fact]
    public void Decode_NamesTheFile_WhenItIsNoImage()
    {
        Assert.Contains("'a.png'", Assert.Throws<DatasetImportException>(() => ImageDecoder.Decode([1, 2, 3], "a.png", 1, 28, 28)).Message);
        Assert.Contains("'a.png'", Assert.Throws<DatasetImportException>(() => ImageDecoder.Decode([], "a.png", 1, 28, 28)).Message);
    }

    [Fact]
    public void Decode_Refuses_WhenTheHeaderClaimsAHugeImage()
    {
        var png = TestPng.Grey(28, 28, (_, _) => 0);
        (png[16], png[17], png[20], png[21]) = (0x00, 0xFF, 0x00, 0xFF);
        Assert.Throws<DatasetImportException>(() => ImageDecoder.Decode(png, "a.png", 1, 28, 28));
    }

    [Fact]
    public void Decode_GivesPixelsOrOneSentence_WhenBytesAreDamaged()
    {
        var png = TestPng.Bits(105, 105, (x, y) => (x * y) % 7 > 2);
        Gen.Select(Gen.Int[0, png.Length - 1], Gen.Byte, Gen.Int[1, png.Length]).Sample(
            (position, value, length) =>
            {
                var damaged = png[..length];
                damaged[position % length] = value;
                try
                {
                    Assert.Equal(28 * 28, ImageDecoder.Decode(damaged, "a.png", 1, 28, 28).Length);
                }
                catch (DatasetImportException refusal)
                {
                    Assert.Contains("'a.png'", refusal.Message);
                }
            },
            iter: 1000);
    }
}
