using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Images;

/// <summary>What holds for each augmentation of images.</summary>
public sealed class ImageAugmentationTests
{
    private static readonly ImageSize Size = new(3, 12, 16);

    private static readonly Dictionary<string, ImageAugmentation> All = new()
    {
        ["crop"] = new Crop(),
        ["affine"] = new Affine(),
        ["flip"] = new Flip { Vertical = true },
        ["colour"] = new Colour(),
        ["noise"] = new Noise { Dropout = 0.2f },
        ["erase"] = new Erase(),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Apply_IsAPureFunctionOfStreamAndImage(string name)
    {
        var image = Random(7);
        var kept = image.ToArray();

        var (first, again) = (Apply(All[name], image, task: 3), Apply(All[name], image, task: 3, scratch: float.NaN));

        Assert.Equal(first, again);
        Assert.Equal(kept, image);
        Assert.True(Enumerable.Range(0, 20).Select(task => string.Join(' ', Apply(All[name], image, task))).Distinct().Count() > 1);
    }

    [Theory, MemberData(nameof(Names))]
    public void Apply_KeepsValuesWithinZeroToOne_AndChangesMostImages(string name)
    {
        var (black, white, changed) = (new float[Size.Length], Enumerable.Repeat(1f, Size.Length).ToArray(), 0);
        for (var task = 0; task < 200; task++)
        {
            var image = Random((ulong)task);
            var result = Apply(All[name], image, task);

            Assert.All(result.Concat(Apply(All[name], black, task)).Concat(Apply(All[name], white, task)), value => Assert.InRange(value, 0, 1.000001f));
            changed += result.SequenceEqual(image) ? 0 : 1;
        }

        Assert.InRange(changed, 80, 200);
    }

    [Fact]
    public void Crop_ShowsARectangleOfTheImage_OfTheAreaAndStretchAllowed()
    {
        var areas = new List<double>();
        for (var task = 0; task < 300; task++)
        {
            var (xx, xy, _, yx, yy, _) = Map(new Crop { Smallest = 0.5f, Stretch = 1.5f }, task);

            Assert.Equal(0, xy, 1e-5);
            Assert.Equal(0, yx, 1e-5);
            Assert.InRange(xx / yy, 1 / 1.501, 1.501);
            Assert.InRange(xx, 0, 1.00001);
            Assert.InRange(yy, 0, 1.00001);
            areas.Add(xx * yy);
        }

        Assert.InRange(areas.Min(), 0.45, 0.6);
        Assert.InRange(areas.Max(), 0.9, 1.00001);
    }

    [Theory]
    [InlineData(0.6f, 4)]
    [InlineData(0.9f, 2)]
    [InlineData(1, 4f / 3)]
    public void Crop_KeepsTheSmallestArea_HoweverFarItStretches(float smallest, float stretch)
    {
        var (areas, widths) = (new List<double>(), new List<double>());
        for (var task = 0; task < 300; task++)
        {
            var (xx, _, _, _, yy, _) = Map(new Crop { Smallest = smallest, Stretch = stretch }, task);
            Assert.InRange(xx / yy, 0.999 / stretch, 1.001 * stretch);
            areas.Add(xx * yy);
            widths.Add(xx);
        }

        Assert.InRange(areas.Min(), smallest - 1e-4, smallest + 0.05);
        Assert.InRange(areas.Max(), 0.85, 1.00001);

        // As far as it goes: as wide as the image and no higher than the smallest area, or the other way round.
        Assert.InRange(widths.Min(), smallest - 1e-4, smallest + 0.01);
        Assert.InRange(widths.Max(), 0.99, 1.00001);
    }

    [Fact]
    public void Crop_IsTheRectangleThatIsDrawn_WhereItsStretchLeavesTheSmallestArea()
    {
        var cutOff = 0;
        for (var task = 0; task < 100; task++)
        {
            var image = Random((ulong)task);
            var random = new CounterRandom(new EpisodeKey(11, Split.Train, 2, task), RandomPurpose.Augmentation);
            var area = random.NextSingle(0.6f, 1);
            var ratio = PortableMath.Exp(PortableMath.Log(4f / 3) * ((2 * random.NextDouble()) - 1));
            var (width, height) = (Math.Min(1, Math.Sqrt(area * ratio)), Math.Min(1, Math.Sqrt(area / ratio)));
            var (left, top) = (random.NextDouble() * (1 - width), random.NextDouble() * (1 - height));
            cutOff += width == 1 || height == 1 ? 1 : 0;
            float[] expected = [.. image];
            Resampling.Warp(
                Size,
                new PixelMap((left * Size.Width) + (0.5 * width) - 0.5, width, 0, (top * Size.Height) + (0.5 * height) - 0.5, 0, height),
                expected,
                new float[image.Length]);

            Assert.Equal(expected, Apply(new Crop(), image, task));
        }

        Assert.InRange(cutOff, 10, 90);
    }

    [Fact]
    public void Affine_ChangesNothing_WhenEveryOptionIsZero()
    {
        var image = Random(1);
        var result = Apply(new Affine { Rotation = 0, Scale = 0, Shear = 0, Shift = 0 }, image, task: 1);
        Assert.All(result.Zip(image), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void Affine_TurnsScalesSlantsAndShifts_AsFarAsAllowed()
    {
        var still = new Affine { Rotation = 0, Scale = 0, Shear = 0, Shift = 0 };
        var (angles, widths, slants, shifts) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var task = 0; task < 200; task++)
        {
            var turned = Map(still with { Rotation = 20 }, task);
            Assert.Equal(1, (turned.XX * turned.XX) + (turned.XY * turned.XY), 1e-4);
            Assert.Equal(turned.XX, turned.YY, 1e-4);
            Assert.Equal(turned.XY, -turned.YX, 1e-4);
            angles.Add(Math.Atan2(turned.YX, turned.XX) * 180 / Math.PI);

            var scaled = Map(still with { Scale = 0.3f }, task);
            Assert.Equal((0, 0), (Math.Round(scaled.XY, 4), Math.Round(scaled.YX, 4)));
            widths.Add(scaled.XX);

            var slanted = Map(still with { Shear = 0.2f }, task);
            Assert.Equal((1, 1, 0), (Math.Round(slanted.XX, 4), Math.Round(slanted.YY, 4), Math.Round(slanted.YX, 4)));
            slants.Add(slanted.XY);

            var shifted = Map(still with { Shift = 0.125f }, task);
            shifts.Add(shifted.X - (0.5 * (Size.Width - 1)));
        }

        AssertFills(angles, 20);
        AssertFills([.. widths.Select(width => width - 1)], 0.3);
        AssertFills(slants, 0.2);
        AssertFills(shifts, 2);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Flip_Mirrors_EachWayEverySecondTime(bool horizontal, bool vertical)
    {
        var image = Random(5);
        var seen = new Dictionary<(bool, bool), int>();
        for (var task = 0; task < 400; task++)
        {
            var result = Apply(new Flip { Horizontal = horizontal, Vertical = vertical }, image, task);
            var which = new[] { (false, false), (true, false), (false, true), (true, true) }.Single(flips => result.SequenceEqual(Mirror(image, flips)));
            seen[which] = seen.GetValueOrDefault(which) + 1;
        }

        var ways = (horizontal ? 2 : 1) * (vertical ? 2 : 1);
        Assert.Equal(ways, seen.Count);
        Assert.All(seen.Values, count => Assert.InRange(count, (400 / ways) - 70, (400 / ways) + 70));
        Assert.All(seen.Keys, flips => Assert.True((horizontal || !flips.Item1) && (vertical || !flips.Item2)));
    }

    [Fact]
    public void Colour_ScalesAllValues_OrTheirDistanceFromTheMean()
    {
        float[] image = [.. Random(3).Select(value => 0.3f + (0.2f * value))];
        var (mean, factors, contrasts) = (image.Average(), new List<double>(), new List<double>());
        for (var task = 0; task < 200; task++)
        {
            var bright = Apply(new Colour { Brightness = 0.5f, Contrast = 0 }, image, task).Zip(image, (now, before) => now / before).ToArray();
            Assert.Equal(bright.Min(), bright.Max(), 1e-4f);
            factors.Add(bright[0] - 1);

            var sharp = Apply(new Colour { Brightness = 0, Contrast = 0.5f }, image, task);
            Assert.Equal(mean, sharp.Average(), 1e-4f);
            contrasts.Add(((sharp.Max() - sharp.Min()) / (image.Max() - image.Min())) - 1);
        }

        AssertFills(factors, 0.5);
        AssertFills(contrasts, 0.5);
    }

    [Fact]
    public void Noise_AddsItsDeviation_AndDropsItsShareOfPixels_InAllChannels()
    {
        float[] image = [.. Enumerable.Repeat(0.5f, Size.Length)];
        var noise = Enumerable.Range(0, 50).SelectMany(task => Apply(new Noise { Deviation = 0.05f }, image, task)).Select(value => value - 0.5).ToArray();
        Assert.Equal(0, noise.Average(), 0.002);
        Assert.Equal(0.05, Math.Sqrt(noise.Average(value => value * value)), 0.002);

        var zeros = 0;
        for (var task = 0; task < 50; task++)
        {
            var dropped = Apply(new Noise { Deviation = 0, Dropout = 0.3f }, image, task).Chunk(Size.Plane).ToArray();
            Assert.Equal(dropped[0], dropped[1]);
            Assert.Equal(dropped[0], dropped[2]);
            Assert.All(dropped[0], value => Assert.True(value is 0 or 0.5f));
            zeros += dropped[0].Count(value => value == 0);
        }

        Assert.Equal(0.3, zeros / (50.0 * Size.Plane), 0.02);
    }

    [Fact]
    public void Erase_ClearsOneRectangle_AsOftenAndAsLargeAsAllowed()
    {
        float[] image = [.. Enumerable.Repeat(0.5f, Size.Length)];
        var (erased, shares) = (0, new List<double>());
        for (var task = 0; task < 400; task++)
        {
            var result = Apply(new Erase { Chance = 0.25f, Smallest = 0.1f, Largest = 0.3f }, image, task);
            var zeros = Enumerable.Range(0, Size.Length).Where(at => result[at] == 0).Select(at => (Row: at / Size.Width, Column: at % Size.Width)).ToArray();
            if (zeros.Length == 0)
            {
                continue;
            }

            var rows = zeros.Select(zero => zero.Row % Size.Height).ToHashSet();
            var columns = zeros.Select(zero => zero.Column).ToHashSet();
            Assert.Equal(Size.Channels * rows.Count * columns.Count, zeros.Length);
            Assert.Equal((rows.Count - 1, columns.Count - 1), (rows.Max() - rows.Min(), columns.Max() - columns.Min()));
            shares.Add((double)zeros.Length / Size.Length);
            erased++;
        }

        Assert.InRange(erased, 65, 135);
        Assert.InRange(shares.Average(), 0.15, 0.25);
        Assert.InRange(shares.Max(), 0.2, 0.37);
    }

    /// <summary>Where pixels come from, read off from images whose values are their own places.</summary>
    private static (double XX, double XY, double X, double YX, double YY, double Y) Map(ImageAugmentation augmentation, int task)
    {
        var places = new float[Size.Length];
        for (var at = 0; at < Size.Plane; at++)
        {
            (places[at], places[Size.Plane + at]) = (at % Size.Width, at / Size.Width);
        }

        // About the middle, where no border is near: the middle lies between four pixels.
        var result = Apply(augmentation, places, task);
        var (x, y) = ((Size.Width / 2) - 1, (Size.Height / 2) - 1);
        return (At(0, 1, 0) - At(0, 0, 0), At(0, 0, 1) - At(0, 0, 0), Middle(0), At(1, 1, 0) - At(1, 0, 0), At(1, 0, 1) - At(1, 0, 0), Middle(1));

        double At(int channel, int right, int down) => result[(channel * Size.Plane) + ((y + down) * Size.Width) + x + right];
        double Middle(int channel) => 0.25 * (At(channel, 0, 0) + At(channel, 1, 0) + At(channel, 0, 1) + At(channel, 1, 1));
    }

    /// <summary>On both sides of zero, nearly as far as allowed, and no further.</summary>
    private static void AssertFills(List<double> values, double most)
    {
        Assert.InRange(values.Min(), -1.001 * most, -0.8 * most);
        Assert.InRange(values.Max(), 0.8 * most, 1.001 * most);
    }

    private static float[] Apply(ImageAugmentation augmentation, float[] image, int task, float scratch = 0)
    {
        var random = new CounterRandom(new EpisodeKey(11, Split.Train, 2, task), RandomPurpose.Augmentation);
        float[] result = [.. image];
        augmentation.Apply(ref random, Size, result, [.. Enumerable.Repeat(scratch, image.Length)]);
        return result;
    }

    private static float[] Random(ulong seed)
    {
        var random = new CounterRandom(seed, RandomPurpose.Inputs);
        var image = new float[Size.Length];
        random.FillUniform(image, 0.01f, 1);
        return image;
    }

    private static float[] Mirror(float[] image, (bool Horizontal, bool Vertical) flips)
    {
        var result = new float[image.Length];
        for (var at = 0; at < image.Length; at++)
        {
            var (channel, y, x) = (at / Size.Plane, at % Size.Plane / Size.Width, at % Size.Width);
            (y, x) = (flips.Vertical ? Size.Height - 1 - y : y, flips.Horizontal ? Size.Width - 1 - x : x);
            result[at] = image[(channel * Size.Plane) + (y * Size.Width) + x];
        }

        return result;
    }
}
