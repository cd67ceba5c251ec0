using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Jobs;

/// <summary>One evaluation of one version over many episodes. Intervals are 95% over episodes: 1.96 s / sqrt(n).</summary>
[GenerateSerializer, Immutable, Alias("EvaluationSummary")]
public sealed record EvaluationSummary
{
    /// <summary>The version evaluated.</summary>
    [Id(0)] public required long At { get; init; }

    /// <summary>The split whose classes were used: train, validation or test.</summary>
    [Id(1)] public required string Split { get; init; }

    /// <summary>Over how many episodes.</summary>
    [Id(2)] public required long Episodes { get; init; }

    /// <summary>True when the query examples of an episode were normalised together.</summary>
    [Id(3)] public bool Transductive { get; init; }

    /// <summary>Mean accuracy in [0, 1]; null for regression.</summary>
    [Id(4)] public Estimate? Accuracy { get; init; }

    /// <summary>Mean query loss.</summary>
    [Id(5)] public Estimate? Loss { get; init; }

    /// <summary>Mean squared error after each number of inner steps asked for; empty for classification.</summary>
    [Id(6)] public ImmutableSortedDictionary<int, Estimate> MeanSquaredError { get; init; } = ImmutableSortedDictionary<int, Estimate>.Empty;

    /// <summary>The accuracy of the task source's own baseline (nearest neighbour on pixels) on the same episodes.</summary>
    [Id(7)] public Estimate? Baseline { get; init; }

    /// <summary>What was evaluated, for instance "synthetic: glyphs": shown wherever the number is.</summary>
    [Id(8)] public string? DataNote { get; init; }

    /// <summary>The mean over episodes of macro F1, itself the mean over an episode's classes; null for regression.</summary>
    [Id(9)] public Estimate? F1 { get; init; }

    /// <summary>Mean negative log likelihood of the softmax of predictions, in nats, whatever the loss is; null for regression.</summary>
    [Id(10)] public Estimate? NegativeLogLikelihood { get; init; }

    /// <summary>Expected calibration error in [0, 1]: 15 bins over the queries of all episodes together; null for regression.</summary>
    [Id(11)] public double? CalibrationError { get; init; }

    /// <summary>Accuracy by group of classes, in ordinal order; empty where classes have no groups, and for validations that are kept.</summary>
    [Id(12)] public ImmutableArray<GroupAccuracy> Groups { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Classes an episode; 0 for regression.</summary>
    [Id(13)] public int Ways { get; init; }

    /// <summary>Support examples a class, or in all for regression.</summary>
    [Id(14)] public int Shots { get; init; }

    /// <summary>Query examples a class, or in all for regression.</summary>
    [Id(15)] public int Queries { get; init; }

    /// <summary>SHA-256 of the parameters of the version evaluated; null for validations.</summary>
    [Id(16)] public string? ParametersSha256 { get; init; }

    /// <summary>The half-width of the calibration error's interval; null for regression, and of evaluations that were made before there was one.</summary>
    [Id(17)] public double? CalibrationCi95 { get; init; }

    /// <summary>Accuracy by class, in ordinal order; empty where classes have no names or are more than 2,000, and for validations that are kept.</summary>
    [Id(18)] public ImmutableArray<GroupAccuracy> Classes { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>The class with the lowest accuracy, the first of equals; null without classes.</summary>
    [JsonIgnore]
    public GroupAccuracy? WorstClass => Classes.IsEmpty ? null : Classes.MinBy(static each => each.Accuracy);

    /// <summary>The group with the lowest accuracy, the first of equals; null without groups.</summary>
    [JsonIgnore]
    public GroupAccuracy? WorstGroup => Groups.IsEmpty ? null : Groups.MinBy(static group => group.Accuracy);
}

/// <summary>
/// The accuracy over the queries, of all episodes, whose class is in a group, or is a class, with its interval over episodes: null where it was in
/// one alone, and of evaluations that were made before there was one.
/// </summary>
[GenerateSerializer, Immutable, Alias("GroupAccuracy")]
public readonly record struct GroupAccuracy(
    [property: Id(0)] string Name, [property: Id(1)] double Accuracy, [property: Id(2)] long Queries, [property: Id(3)] double? Ci95 = null);

/// <summary>A mean with the half-width of its 95% confidence interval.</summary>
[GenerateSerializer, Immutable, Alias("Estimate")]
public readonly record struct Estimate([property: Id(0)] double Mean, [property: Id(1)] double Ci95)
{
    /// <summary>The estimate from a sum and a sum of squares over <paramref name="count"/> episodes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no episodes.</exception>
    public static Estimate FromSums(double sum, double sumOfSquares, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        double mean = sum / count;
        double variance = count > 1 ? Math.Max(0, (sumOfSquares - (count * mean * mean)) / (count - 1)) : 0;
        return new Estimate(mean, 1.96 * Math.Sqrt(variance / count));
    }
}
