using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Images;

/// <summary>Support images mixed with others of their class, in training alone.</summary>
public sealed class MixupTests
{
    private const int Ways = 4;
    private const int Shots = 3;

    private static readonly ImageDataset Dataset = MadeUpImages.Create(8);

    private static ImageOptions Options { get; } = new() { Ways = Ways, Shots = Shots, Queries = 2 };

    [Fact]
    public void Sample_MixesEachSupportImage_WithAnotherOfItsClassAndEpisode()
    {
        var dataset = Dataset with { Classes = [.. Dataset.Classes.Index().Select(c => c.Item with { Pixels = Noise(c.Index, c.Item.Pixels.Length) })] };
        var (plain, mixed) = (new ImageTaskSource(dataset, Options), new ImageTaskSource(dataset, Options with { Augment = [new Mixup { Strength = 0.4f }] }));
        var (shares, partners) = (new List<double>(), new HashSet<(int, int)>());
        for (var task = 0; task < 60; task++)
        {
            var key = new EpisodeKey(1, Split.Train, 3, task);
            var (before, after) = (SampledEpisode.Images(plain, key), SampledEpisode.Images(mixed, key));
            Assert.Equal(before.Query, after.Query);
            for (var at = 0; at < before.Support.Length; at++)
            {
                var way = at / Shots;
                var (partner, share) = Enumerable.Range(way * Shots, Shots).Where(other => other != at)
                    .Select(other => (other, Share: ShareOf(before.Support[at], before.Support[other], after.Support[at])))
                    .Single(found => found.Share is not null);
                shares.Add(share!.Value);
                partners.Add((at % Shots, partner % Shots));
            }
        }

        Assert.Equal(6, partners.Count);
        Assert.InRange(shares.Min(), 0, 0.01);
        Assert.InRange(shares.Max(), 0.39, 0.4);
        Assert.Equal(0.2, shares.Average(), 0.02);
    }

    [Fact]
    public void Sample_IsAPureFunctionOfTheKey_WhereverInABlockTheEpisodeStands()
    {
        var source = new ImageTaskSource(Dataset, Options with { Augment = [new Crop(), new Mixup(), new Flip()] });
        var key = new EpisodeKey(9, Split.Train, 4, 2);
        Assert.Equal(SampledEpisode.Values(source, key), SampledEpisode.Values(source, key, tasks: 3, position: 2));
        Assert.NotEqual(SampledEpisode.Values(source, key), SampledEpisode.Values(source, key with { Iteration = 5 }));
    }

    [Theory]
    [InlineData(Split.Validation)]
    [InlineData(Split.Test)]
    public void Sample_LeavesTheOtherSplitsAsTheyAre(Split split)
    {
        var key = new EpisodeKey(1, split, 0, 5);
        Assert.Equal(
            SampledEpisode.Values(new ImageTaskSource(Dataset, Options), key),
            SampledEpisode.Values(new ImageTaskSource(Dataset, Options with { Augment = [new Mixup()] }), key));
    }

    [Fact]
    public void Sample_AppliesTheListInItsOrder()
    {
        var dropped = new Noise { Deviation = 0, Dropout = 0.5f };
        var key = new EpisodeKey(1, Split.Train, 3, 0);
        var (first, last) = (Zeros([dropped, new Mixup()]), Zeros([new Mixup(), dropped]));

        // What is dropped after mixing is 0; what was dropped before is mixed with what was not.
        Assert.InRange(last, 0.4, 0.6);
        Assert.InRange(first, 0.1, 0.4);

        double Zeros(ImageAugmentation[] list) =>
            SampledEpisode.Images(new ImageTaskSource(Dataset, Options with { Augment = [.. list] }), key).Support.SelectMany(image => image).Average(value => value == 0 ? 1 : 0);
    }

    [Fact]
    public void Sample_KeepsTheImageThatAPseudoClassIsMadeOf_WhenThereAreNoLabels()
    {
        var source = new ImageTaskSource(Dataset, Options with { Labels = false, Augment = [new Mixup()] });
        var support = SampledEpisode.Images(source, new EpisodeKey(1, Split.Train, 3, 1)).Support;
        for (var way = 0; way < Ways; way++)
        {
            var (number, example) = MadeUpImages.Identify(support[way * Shots]);
            var pixels = Dataset.Classes[number].Pixels.AsSpan(example * Dataset.ExampleLength, Dataset.ExampleLength).ToArray();
            Assert.Equal(pixels.Select(value => value / 255f), support[way * Shots]);
            Assert.NotEqual(support[way * Shots], support[(way * Shots) + 1]);
        }
    }

    [Fact]
    public void Refuse_SaysSo_WhenAnEpisodeHasOneShot()
    {
        var source = new ImageTaskSource(Dataset, Options with { Augment = [new Mixup()] });
        Assert.Equal(
            "data.augment has mixup, which mixes support images of one class, but there are episodes of 1 shot: ask for at least 2 shots, or leave mixup out.",
            source.Refuse(Split.Train, source.TrainingShape with { Shots = 1 }));
        Assert.Null(source.Refuse(Split.Train, source.TrainingShape));
        Assert.Null(source.Refuse(Split.Test, source.TrainingShape with { Shots = 1 }));
    }

    // No image lies between two others.
    private static byte[] Noise(int number, int length)
    {
        var random = new CounterRandom(1, RandomPurpose.Inputs, task: number);
        var pixels = new byte[length];
        foreach (ref var pixel in pixels.AsSpan())
        {
            pixel = (byte)random.NextInt(256);
        }

        return pixels;
    }

    /// <summary>The share m of y in x + m (y - x); null when the image is no such mixture, with m up to a half.</summary>
    private static double? ShareOf(float[] x, float[] y, float[] mixture)
    {
        var share = x.Zip(y, mixture).Where(values => values.First != values.Second).Average(values => (double)(values.Third - values.First) / (values.Second - values.First));
        return share is >= 0 and <= 0.5 && x.Zip(y, mixture).All(values => Math.Abs(values.First + (share * (values.Second - values.First)) - values.Third) < 1e-5) ? share : null;
    }
}
