using CsCheck;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Images;

public sealed class ImageTaskSourceTests
{
    private const int ClassesPerSplit = 8;

    private static readonly Gen<EpisodeKey> Keys =
        Gen.Select(Gen.ULong, Gen.Enum<Split>(), Gen.Int[0, 1000]).Select((seed, split, task) => new EpisodeKey(seed, split, 0, task));

    [Fact]
    public void Sample_DrawsClassesAndExamplesWithoutReplacement_FromItsSplitAlone()
    {
        var source = Create(ways: 5, shots: 3, queries: 6);
        Keys.Sample(key =>
        {
            var (support, query) = SampledEpisode.Images(source, key);
            var images = support.Concat(query).Select(MadeUpImages.Identify).ToArray();

            Assert.Equal(images.Length, images.Distinct().Count());
            Assert.Equal(5, images.Select(image => image.Class).Distinct().Count());
            Assert.All(images, image => Assert.Equal((int)key.Split, image.Class / ClassesPerSplit));

            // Ordered by class: support example s is of class s / shots, query example q of class q / queries.
            for (var q = 0; q < query.Length; q++)
            {
                Assert.Equal(MadeUpImages.Identify(support[q / 6 * 3]).Class, MadeUpImages.Identify(query[q]).Class);
            }
        });
    }

    [Fact]
    public void Sample_TellsWhatDescribesItsClasses()
    {
        var dataset = MadeUpImages.Create(ClassesPerSplit);
        dataset = dataset with { Classes = [.. dataset.Classes.Select((c, index) => c with { Description = [index, -index] })] };
        var source = new ImageTaskSource(dataset, new ImageOptions { Ways = 5, Shots = 1, Queries = 1 });
        var block = new EpisodeBlock(source.TrainingShape, tasks: 2);

        source.Sample(new EpisodeKey(1, Split.Test, 0, 0), block, task: 1);

        for (var way = 0; way < 5; way++)
        {
            float number = MadeUpImages.Identify(block.SupportInput(1, way).ToArray()).Class;
            Assert.Equal([number, -number], block.Description(1, way).ToArray());
        }

        // What is told of a class is not true of its rotations, nor of one image.
        Assert.Equal(0, new ImageTaskSource(dataset, new ImageOptions { Augment = [ImageAugmentation.RotateClasses] }).TrainingShape.Descriptions);
        Assert.Equal(0, new ImageTaskSource(dataset, new ImageOptions { Labels = false }).TrainingShape.Descriptions);
        Assert.Contains("described by 2 values here, not by 3", source.Refuse(Split.Test, source.TrainingShape with { Descriptions = 3 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_SaysWhichClasses_AndTheirGroups()
    {
        var dataset = MadeUpImages.Create(ClassesPerSplit);
        dataset = dataset with { Classes = [.. dataset.Classes.Select((c, index) => c with { Name = $"group{index % 3}/{c.Name}" })] };
        var source = new ImageTaskSource(dataset, new ImageOptions { Ways = 5, Shots = 1, Queries = 1, Augment = [ImageAugmentation.RotateClasses] });
        var block = new EpisodeBlock(source.TrainingShape, tasks: 3);

        source.Sample(new EpisodeKey(1, Split.Test, 0, 0), block, task: 1);
        source.Sample(new EpisodeKey(1, Split.Train, 0, 0), block, task: 2);

        Assert.Equal([-1, -1, -1, -1, -1], block.Classes[..5]);
        for (var way = 0; way < 5; way++)
        {
            var number = MadeUpImages.Identify(block.SupportInput(1, way).ToArray()).Class;
            Assert.Equal(number - (2 * ClassesPerSplit), block.Classes[5 + way]);
            Assert.Equal($"group{number % 3}", source.Groups(Split.Test).Names[source.Groups(Split.Test).IndexOf(block.Classes[5 + way])]);

            // A rotated class is in the group of the class it was made of.
            var turned = block.Classes[10 + way];
            Assert.Equal($"group{turned / 4 % 3}", source.Groups(Split.Train).Names[source.Groups(Split.Train).IndexOf(turned)]);
            Assert.Equal(dataset.Classes[number].Name, source.Classes(Split.Test).Names[source.Classes(Split.Test).IndexOf(block.Classes[5 + way])]);
            Assert.Equal(dataset.Classes[turned / 4].Name, source.Classes(Split.Train).Names[source.Classes(Split.Train).IndexOf(turned)]);
        }
    }

    [Fact]
    public void Sample_ReachesEveryClass_WhenManyEpisodesAreDrawn()
    {
        var source = Create(ways: 5, shots: 1, queries: 1);
        var classes = Enumerable.Range(0, 200)
            .SelectMany(task => SampledEpisode.Images(source, new EpisodeKey(1, Split.Test, 0, task)).Support)
            .Select(image => MadeUpImages.Identify(image).Class);
        Assert.Equal(ClassesPerSplit, classes.Distinct().Count());
    }

    [Fact]
    public void Sample_ScalesBytesToOne_WhenTheyAreWritten()
    {
        var source = Create(ways: 5, shots: 10, queries: 10);
        var (support, query) = SampledEpisode.Images(source, new EpisodeKey(1, Split.Train, 0, 0));
        Assert.All(support.Concat(query).SelectMany(image => image), value => Assert.InRange(value, 0f, 1f));
        Assert.Contains(support.Concat(query), image => image.Any(value => value > 0.9f));
    }

    [Fact]
    public void Sample_TurnsTrainingClassesIntoNewOnes_WhenRotating()
    {
        var dataset = MadeUpImages.Create(ClassesPerSplit);
        var source = Create(ways: 4 * ClassesPerSplit, shots: 1, queries: 2, ImageAugmentation.RotateClasses);
        var (support, query) = SampledEpisode.Images(source, new EpisodeKey(3, Split.Train, 0, 0));

        // All ways at once: every class in every turn, and each class's queries turned as its support is.
        var classes = support.Select(Turned).ToArray();
        Assert.Equal(4 * ClassesPerSplit, classes.Distinct().Count());
        for (var q = 0; q < query.Length; q++)
        {
            Assert.Equal(classes[q / 2], Turned(query[q]));
        }

        (int Class, int Turns) Turned(float[] image)
        {
            for (var turns = 0; turns < 4; turns++, image = TurnClockwise(image))
            {
                var (number, example) = MadeUpImages.Identify(image);
                if (number < ClassesPerSplit && example < 20
                    && image.SequenceEqual(dataset.Classes[number].Pixels.Skip(example * image.Length).Take(image.Length).Select(value => value / 255f)))
                {
                    return (number, turns);
                }
            }

            throw new InvalidOperationException("The image is no turn of any image of the data set.");
        }
    }

    [Theory]
    [InlineData(Split.Validation)]
    [InlineData(Split.Test)]
    public void Sample_LeavesOtherSplitsUpright_WhenRotating(Split split)
    {
        var rotating = Create(ways: 5, shots: 1, queries: 5, ImageAugmentation.RotateClasses);
        var plain = Create(ways: 5, shots: 1, queries: 5);
        for (var task = 0; task < 20; task++)
        {
            var key = new EpisodeKey(1, split, 0, task);
            Assert.Equal(SampledEpisode.Values(plain, key), SampledEpisode.Values(rotating, key));
        }
    }

    [Theory]
    [InlineData(50, 1, 1, "50 ways were asked for, but the test split of 'made-up' has 8 classes")]
    [InlineData(5, 10, 11, "10 shots and 11 queries were asked for, but the test split of 'made-up' has a class of 20 examples")]
    public void Refuse_SaysWhatThereIs_WhenTheSplitHasTooFew(int ways, int shots, int queries, string start)
    {
        var source = Create(ways: 2, shots: 1, queries: 1, ImageAugmentation.RotateClasses);
        Assert.StartsWith(start, source.Refuse(Split.Test, source.TrainingShape with { Ways = ways, Shots = shots, Queries = queries }));
    }

    [Fact]
    public void Refuse_CountsRotations_WhenTraining()
    {
        var source = Create(ways: 2, shots: 1, queries: 1, ImageAugmentation.RotateClasses);
        Assert.Null(source.Refuse(Split.Train, source.TrainingShape with { Ways = 4 * ClassesPerSplit }));
        Assert.NotNull(source.Refuse(Split.Train, source.TrainingShape with { Ways = (4 * ClassesPerSplit) + 1 }));
    }

    [Fact]
    public void Refuse_NamesTheOption_WhenImagesAreNotSquare()
    {
        var source = new ImageTaskSource(MadeUpImages.Create(8, width: 6), new ImageOptions { Queries = 1, Augment = [ImageAugmentation.RotateClasses] });
        Assert.Contains("data.augment", source.Refuse(Split.Train, source.TrainingShape));
    }

    private static ImageTaskSource Create(int ways, int shots, int queries, params ImageAugmentation[] augment) =>
        new(MadeUpImages.Create(ClassesPerSplit), new ImageOptions { Ways = ways, Shots = shots, Queries = queries, Augment = [.. augment] });

    private static float[] TurnClockwise(float[] image)
    {
        var turned = new float[image.Length];
        for (var y = 0; y < MadeUpImages.Side; y++)
        {
            for (var x = 0; x < MadeUpImages.Side; x++)
            {
                turned[(x * MadeUpImages.Side) + MadeUpImages.Side - 1 - y] = image[(y * MadeUpImages.Side) + x];
            }
        }

        return turned;
    }
}
