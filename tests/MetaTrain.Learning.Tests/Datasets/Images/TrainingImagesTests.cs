using System.Collections.Immutable;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Images;

/// <summary>Augmented episodes, and those without labels: in training alone.</summary>
public sealed class TrainingImagesTests
{
    private const int Classes = 8;
    private const int Examples = 20;

    private static readonly ImageDataset Dataset = MadeUpImages.Create(Classes, Examples);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sample_LeavesValidationAndTestAsTheyAre_WhateverIsDoneToTraining(bool labels)
    {
        var plain = new ImageTaskSource(Dataset, Options);
        var changed = new ImageTaskSource(
            Dataset, Options with { Labels = labels, Augment = [ImageAugmentation.RotateClasses, new Crop(), new Affine(), new Colour(), new Noise(), new Erase()] });
        for (var task = 0; task < 20; task++)
        {
            foreach (var split in new[] { Split.Validation, Split.Test })
            {
                var key = new EpisodeKey(1, split, 0, task);
                Assert.Equal(SampledEpisode.Values(plain, key), SampledEpisode.Values(changed, key));
                Assert.Null(changed.Refuse(split, changed.TrainingShape));
                Assert.Equal(plain.Refuse(split, plain.TrainingShape with { Queries = 30 }), changed.Refuse(split, plain.TrainingShape with { Queries = 30 }));
            }

            var training = new EpisodeKey(1, Split.Train, 0, task);
            Assert.NotEqual(SampledEpisode.Values(plain, training), SampledEpisode.Values(changed, training));
        }
    }

    [Fact]
    public void Sample_ChangesTheImagesThatItWouldHaveDrawn_EachInItsOwnWay()
    {
        var plain = new ImageTaskSource(Dataset, Options);
        var flipped = new ImageTaskSource(Dataset, Options with { Augment = [new Flip()] });
        var mirrored = 0;
        for (var task = 0; task < 40; task++)
        {
            var key = new EpisodeKey(1, Split.Train, 0, task);
            var (before, after) = (SampledEpisode.Images(plain, key), SampledEpisode.Images(flipped, key));
            foreach (var (image, now) in before.Support.Concat(before.Query).Zip(after.Support.Concat(after.Query)))
            {
                Assert.True(now.SequenceEqual(image) || now.SequenceEqual(Mirrored(image)));
                mirrored += now.SequenceEqual(image) ? 0 : 1;
            }
        }

        Assert.Equal(0.5, mirrored / (40.0 * 3 * 5), 0.1);
    }

    [Fact]
    public void Sample_MakesEachClassOfOneImage_WhenThereAreNoLabels()
    {
        var source = new ImageTaskSource(Dataset, Options with { Ways = 30, Labels = false, Augment = [new Flip()] });
        var seen = new HashSet<(int, int)>();
        for (var task = 0; task < 40; task++)
        {
            var (support, query) = SampledEpisode.Images(source, new EpisodeKey(1, Split.Train, 0, task));
            var images = support.Where((_, at) => at % 2 == 0).ToArray();
            var identities = images.Select(MadeUpImages.Identify).ToArray();

            Assert.Equal(30, identities.Distinct().Count());
            Assert.All(identities, image => Assert.InRange(image.Class, 0, Classes - 1));
            seen.UnionWith(identities);
            for (var way = 0; way < images.Length; way++)
            {
                float[][] views = [support[(way * 2) + 1], .. query.Skip(way * 3).Take(3)];
                Assert.All(views, view => Assert.True(view.SequenceEqual(images[way]) || view.SequenceEqual(Mirrored(images[way]))));
            }
        }

        // Far more ways than classes, and every image of the split is reached.
        Assert.Equal(Classes * Examples, seen.Count);
    }

    [Fact]
    public void Sample_DoesNotLookAtLabels_WhenThereAreNone()
    {
        // The same images in the same order, as 32 classes of 5 instead of 8 of 20.
        var training = Dataset.Classes.Where(c => c.Split == Split.Train).ToArray();
        var others = Dataset.Classes.Where(c => c.Split != Split.Train);
        var parts = training.SelectMany((c, number) => c.Pixels.Chunk(5 * Dataset.ExampleLength).Select((pixels, part) => new ImageClass($"{number}.{part}", Split.Train, 5, pixels)));
        var regrouped = Dataset with { Classes = [.. parts, .. others] };
        var options = Options with { Ways = 20, Labels = false };
        var (source, same) = (new ImageTaskSource(Dataset, options), new ImageTaskSource(regrouped, options));
        for (var task = 0; task < 20; task++)
        {
            var key = new EpisodeKey(2, Split.Train, 5, task);
            Assert.Equal(SampledEpisode.Values(source, key), SampledEpisode.Values(same, key));
        }
    }

    [Fact]
    public void Sample_AugmentsStrongly_WhenThereAreNoLabelsAndNoAugmentationIsNamed()
    {
        var options = Options with { Labels = false, Augment = [ImageAugmentation.RotateClasses] };
        var (silent, named) = (new ImageTaskSource(Dataset, options), new ImageTaskSource(Dataset, options with { Augment = [.. options.Augment, .. ImageAugmentation.ForUnlabelled] }));
        var key = new EpisodeKey(2, Split.Train, 5, 1);

        Assert.Equal(SampledEpisode.Values(named, key), SampledEpisode.Values(silent, key));
        var (support, query) = SampledEpisode.Images(silent, key);
        Assert.DoesNotContain(query, image => support.Any(other => other.SequenceEqual(image)));
    }

    [Fact]
    public void Refuse_CountsImagesAndTheirRotations_WhenThereAreNoLabels()
    {
        var source = new ImageTaskSource(Dataset, Options with { Labels = false });
        var rotating = new ImageTaskSource(Dataset, Options with { Labels = false, Augment = [ImageAugmentation.RotateClasses] });
        var shape = source.TrainingShape with { Queries = 50 };

        Assert.Null(source.Refuse(Split.Train, shape with { Ways = 160 }));
        Assert.Equal(
            "161 ways were asked for, but the train split of 'made-up' has 160 images: ask for at most as many ways.",
            source.Refuse(Split.Train, shape with { Ways = 161 }));
        Assert.Null(rotating.Refuse(Split.Train, shape with { Ways = 640 }));
        Assert.NotNull(rotating.Refuse(Split.Train, shape with { Ways = 641 }));
    }

    private static ImageOptions Options { get; } = new() { Ways = 3, Shots = 2, Queries = 3, Augment = ImmutableArray<ImageAugmentation>.Empty };

    private static float[] Mirrored(float[] image) => [.. image.Chunk(MadeUpImages.Side).SelectMany(Enumerable.Reverse)];
}
