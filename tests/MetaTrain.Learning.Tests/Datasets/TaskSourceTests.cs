using System.Collections.Immutable;
using CsCheck;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Mixtures;
using MetaTrain.Learning.Datasets.Quadratics;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets;

/// <summary>What holds for every task source: an episode is a pure function of its key.</summary>
public sealed class TaskSourceTests
{
    private static readonly Gen<EpisodeKey> Keys = Gen.Select(Gen.ULong, Gen.Enum<Split>(), Gen.Long[0, 1L << 40], Gen.Int[0, 1_000_000])
        .Select((seed, split, iteration, task) => new EpisodeKey(seed, split, iteration, task));

    public static TheoryData<string> Names { get; } =
    [
        "sinusoid", "regression-mixture", "regression-mixture-noisy", "quadratics", "glyphs", "images", "images-rotated", "images-augmented", "images-unlabelled",
    ];

    [Theory, MemberData(nameof(Names))]
    public void Sample_GivesTheSameBits_WhereverTheTaskStandsInItsBlock(string name)
    {
        var source = Create(name);
        Gen.Select(Keys, Gen.Int[1, 5], Gen.Int[0, 4]).Sample(
            (key, tasks, position) => Assert.Equal(
                SampledEpisode.Values(source, key),
                SampledEpisode.Values(source, key, tasks: tasks, position: Math.Min(position, tasks - 1))),
            iter: 100);
    }

    [Theory, MemberData(nameof(Names))]
    public void Sample_GivesAnotherEpisode_WhenAnyPartOfTheKeyDiffers(string name)
    {
        var source = Create(name);
        Keys.Sample(
            key =>
            {
                var episode = SampledEpisode.Values(source, key);
                EpisodeKey[] others =
                [
                    key with { Seed = key.Seed + 1 },
                    key with { Split = (Split)(((int)key.Split + 1) % 3) },
                    key with { Iteration = key.Iteration + 1 },
                    key with { Task = key.Task + 1 },
                ];
                Assert.All(others, other => Assert.NotEqual(episode, SampledEpisode.Values(source, other)));
            },
            iter: 50);
    }

    [Theory, MemberData(nameof(Names))]
    public void Sample_OverwritesEverything_WhenABlockIsUsedAgain(string name)
    {
        var source = Create(name);
        var fresh = new EpisodeBlock(source.TrainingShape, 1);
        var used = new EpisodeBlock(source.TrainingShape, 1);
        used.SupportInputs.AsSpan().Fill(float.NaN);
        used.QueryInputs.AsSpan().Fill(float.NaN);
        used.SupportTargets.AsSpan().Fill(float.NaN);
        used.QueryTargets.AsSpan().Fill(float.NaN);
        var key = new EpisodeKey(1, Split.Train, 2, 3);
        source.Sample(key, fresh, 0);
        source.Sample(key, used, 0);

        Assert.Equal(fresh.SupportInputs, used.SupportInputs);
        Assert.Equal(fresh.QueryInputs, used.QueryInputs);
        Assert.Equal(fresh.SupportTargets, used.SupportTargets);
        Assert.Equal(fresh.QueryTargets, used.QueryTargets);
    }

    [Theory, MemberData(nameof(Names))]
    public void Refuse_IsSilent_WhenTheShapeIsTheSourcesOwn(string name)
    {
        var source = Create(name);
        Assert.All(Enum.GetValues<Split>(), split => Assert.Null(source.Refuse(split, source.TrainingShape)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Note_SaysThatTheDataAreSynthetic_WhenTheyAre(string name)
    {
        var note = Create(name).Note;
        Assert.Equal(name.StartsWith("images", StringComparison.Ordinal), note is null);
        Assert.StartsWith("synthetic: ", note ?? "synthetic: ");
    }

    private static ITaskSource Create(string name) => name switch
    {
        "sinusoid" => new SinusoidTaskSource(new SinusoidOptions()),
        "regression-mixture" => new RegressionMixtureTaskSource(new RegressionMixtureOptions()),
        "regression-mixture-noisy" => new RegressionMixtureTaskSource(new RegressionMixtureOptions { Noise = 0.3 }),
        "quadratics" => new QuadraticTaskSource(new QuadraticOptions()),
        "glyphs" => new GlyphTaskSource(new GlyphOptions { Queries = 2 }),
        "images" or "images-rotated" or "images-augmented" or "images-unlabelled" => new ImageTaskSource(MadeUpImages.Create(classesPerSplit: 8), new ImageOptions
        {
            Queries = 2,
            Labels = name != "images-unlabelled",
            Augment = name switch
            {
                "images-rotated" => [ImageAugmentation.RotateClasses],
                "images-augmented" => ImageAugmentation.ForUnlabelled,
                _ => ImmutableArray<ImageAugmentation>.Empty,
            },
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Make the new source here."),
    };
}
