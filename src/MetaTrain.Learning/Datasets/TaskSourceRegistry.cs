using System.Text.Json;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Mixtures;
using MetaTrain.Learning.Datasets.Quadratics;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Datasets;

/// <summary>The task sources by name: the section <c>data</c> of a spec.</summary>
public static class TaskSourceRegistry
{
    /// <summary>The procedural sources; every other name is an imported image data set.</summary>
    public static Registry<TaskSourceContext, ITaskSource> All { get; } =
        new Registry<TaskSourceContext, ITaskSource>("data", discriminator: "dataset")
            .Add<SinusoidOptions>("sinusoid", "Regression of sine waves of random amplitude and phase.", (options, _) => new SinusoidTaskSource(options))
            .Add<RegressionMixtureOptions>("regression-mixture", "Regression of functions from several families: sine waves, lines, parabolas, cubics.", (options, _) => new RegressionMixtureTaskSource(options))
            .Add<QuadraticOptions>("quadratics", "Random quadratic functions to be minimised, by the model `linear`.", (options, _) => new QuadraticTaskSource(options))
            .Add<GlyphOptions>("glyphs", "Drawings of endless made-up characters, each class a random stroke program.", (options, _) => new GlyphTaskSource(options))
            .AddFallback<ImageOptions>(
                "the name of an imported image data set",
                "Images imported with `metatrain data import`.",
                (options, context) => new ImageTaskSource(context.Datasets.Find(context.Name) ?? throw new UnknownDatasetException(context.Name), options));

    /// <summary>Makes the source that a section <c>data</c> asks for.</summary>
    /// <param name="data">The section's JSON.</param>
    /// <param name="datasets">Where imported data sets are found.</param>
    /// <exception cref="OptionsException">The section is not valid, or its own training episodes cannot be drawn.</exception>
    /// <exception cref="UnknownDatasetException">The data set was never imported.</exception>
    public static ITaskSource Create(JsonElement data, IDatasetProvider datasets)
    {
        var selection = All.Read(data);
        var source = selection.Create(new TaskSourceContext(selection.Kind, datasets));
        return (source.Refuse(Split.Train, source.TrainingShape) ?? source.Refuse(Split.Train, source.SmallestTrainingShape)) is { } refusal
            ? throw new OptionsException(All.Section, refusal)
            : source;
    }
}

/// <summary>What a task source needs beside its options.</summary>
/// <param name="Name">The name that the spec gave.</param>
/// <param name="Datasets">Where imported data sets are found.</param>
public sealed record TaskSourceContext(string Name, IDatasetProvider Datasets);
