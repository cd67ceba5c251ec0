using System.Collections.Immutable;

namespace MetaTrain.Learning.Experiments;

/// <summary>What the sums of an evaluation's metrics say.</summary>
public sealed record EvaluationMeasures
{
    /// <summary>Means over episodes, by name: "accuracy", "loss", "f1", "nll", "baseline"; "mse@k" for regression.</summary>
    public required ImmutableSortedDictionary<string, Measurement> Means { get; init; }

    /// <summary>The expected calibration error in [0, 1], over the queries of all episodes in 15 bins; null for regression.</summary>
    public Measurement? CalibrationError { get; init; }

    /// <summary>The groups that had queries, in ordinal order.</summary>
    public ImmutableArray<GroupMeasurement> Groups { get; init; } = [];

    /// <summary>The classes that had queries, in ordinal order; empty where they have no names.</summary>
    public ImmutableArray<GroupMeasurement> Classes { get; init; } = [];

    /// <summary>Reads sums.</summary>
    /// <param name="names">What <see cref="IExperiment.EvaluationMetrics"/> declares.</param>
    /// <param name="sums">The sums over all blocks, in that order.</param>
    /// <param name="episodes">Over how many episodes.</param>
    public static EvaluationMeasures Read(ImmutableArray<string> names, ReadOnlySpan<double> sums, int episodes)
    {
        var means = ImmutableSortedDictionary.CreateBuilder<string, Measurement>(StringComparer.Ordinal);
        var (bins, pairs) = (names.IndexOf(MetricNames.CalibrationBins[0]), names.IndexOf(MetricNames.CalibrationPairs[0]));
        for (var at = 0; at + 1 < names.Length; at++)
        {
            if (names[at + 1] == names[at] + MetricNames.Square)
            {
                means.Add(names[at], Measurement.FromSums(sums[at], sums[at + 1], episodes));
                at++;
            }
        }

        return new EvaluationMeasures
        {
            Means = means.ToImmutable(),
            CalibrationError = bins < 0 ? null : ClassificationMetrics.CalibrationError(
                sums.Slice(bins, MetricNames.CalibrationBins.Length), sums.Slice(pairs, MetricNames.CalibrationPairs.Length), episodes),
            Groups = HitsOf(MetricNames.GroupQueries, names, sums),
            Classes = HitsOf(MetricNames.ClassQueries, names, sums),
        };
    }

    private static ImmutableArray<GroupMeasurement> HitsOf(string prefix, ImmutableArray<string> names, ReadOnlySpan<double> sums)
    {
        var measured = ImmutableArray.CreateBuilder<GroupMeasurement>();
        for (var at = 0; at < names.Length; at++)
        {
            if (names[at].StartsWith(prefix, StringComparison.Ordinal) && sums[at] > 0)
            {
                var accuracy = ClassificationMetrics.GroupAccuracy(sums.Slice(at, ClassificationMetrics.SumsPerGroup));
                measured.Add(new GroupMeasurement(names[at][prefix.Length..], accuracy.Mean, accuracy.Ci95, (long)sums[at]));
            }
        }

        return measured.DrainToImmutable();
    }

    /// <summary>Everything by name: the means, "ece", "accuracy of GROUP" and "accuracy of class CLASS".</summary>
    internal IReadOnlyDictionary<string, Measurement> ToDictionary()
    {
        var all = Means.ToDictionary(StringComparer.Ordinal);
        if (CalibrationError is { } error)
        {
            all.Add("ece", error);
        }

        foreach (var group in Groups)
        {
            all.Add($"accuracy of {group.Name}", new Measurement(group.Accuracy, group.Ci95));
        }

        foreach (var each in Classes)
        {
            all.Add($"accuracy of class {each.Name}", new Measurement(each.Accuracy, each.Ci95));
        }

        return all;
    }
}

/// <summary>The accuracy over the queries, of all episodes, whose class is in a group, or is a class.</summary>
/// <param name="Name">The group, or the class.</param>
/// <param name="Accuracy">Hits by queries.</param>
/// <param name="Ci95">The half-width of its 95% interval over the episodes that it was in; NaN where it was in one.</param>
/// <param name="Queries">How many queries.</param>
public readonly record struct GroupMeasurement(string Name, double Accuracy, double Ci95, long Queries);
