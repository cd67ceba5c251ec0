using System.Collections.Immutable;

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
}

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
