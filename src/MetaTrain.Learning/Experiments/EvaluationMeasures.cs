using System.Collections.Immutable;

namespace MetaTrain.Learning.Experiments;

/// <summary>What the sums of an evaluation's metrics say.</summary>
public sealed record EvaluationMeasures
{
    /// <summary>Means over episodes, by name: "accuracy", "loss", "f1", "nll", "baseline"; "mse@k" for regression.</summary>
    public required ImmutableSortedDictionary<string, Measurement> Means { get; init; }

    /// <summary>The expected calibration error in [0, 1], over the queries of all episodes in 15 bins; null for regression.</summary>
    public double? CalibrationError { get; init; }

    /// <summary>The groups that had queries, in ordinal order.</summary>
    public ImmutableArray<GroupMeasurement> Groups { get; init; } = [];

    /// <summary>Reads sums.</summary>
    /// <param name="names">What <see cref="IExperiment.EvaluationMetrics"/> declares.</param>
    /// <param name="sums">The sums over all blocks, in that order.</param>
    /// <param name="episodes">Over how many episodes.</param>
    public static EvaluationMeasures Read(ImmutableArray<string> names, ReadOnlySpan<double> sums, int episodes)
    {
        var means = ImmutableSortedDictionary.CreateBuilder<string, Measurement>(StringComparer.Ordinal);
        var groups = ImmutableArray.CreateBuilder<GroupMeasurement>();
        var bins = names.IndexOf(MetricNames.CalibrationBins[0]);
        for (var at = 0; at + 1 < names.Length; at++)
        {
            if (names[at].StartsWith(MetricNames.GroupQueries, StringComparison.Ordinal))
            {
                if (sums[at] > 0)
                {
                    groups.Add(new GroupMeasurement(names[at][MetricNames.GroupQueries.Length..], sums[at + 1] / sums[at], (long)sums[at]));
                }

                at++;
            }
            else if (names[at + 1] == names[at] + MetricNames.Square)
            {
                means.Add(names[at], Measurement.FromSums(sums[at], sums[at + 1], episodes));
                at++;
            }
        }

        return new EvaluationMeasures
        {
            Means = means.ToImmutable(),
            CalibrationError = bins < 0 ? null : ClassificationMetrics.CalibrationError(sums.Slice(bins, MetricNames.CalibrationBins.Length)),
            Groups = groups.DrainToImmutable(),
        };
    }

    /// <summary>Everything by name: the means, and without an interval "ece" and "accuracy of GROUP".</summary>
    internal IReadOnlyDictionary<string, Measurement> ToDictionary()
    {
        var all = Means.ToDictionary(StringComparer.Ordinal);
        if (CalibrationError is { } error)
        {
            all.Add("ece", new Measurement(error, double.NaN));
        }

        foreach (var group in Groups)
        {
            all.Add($"accuracy of {group.Name}", new Measurement(group.Accuracy, double.NaN));
        }

        return all;
    }
}

/// <summary>The accuracy over the queries, of all episodes, whose class is in a group.</summary>
/// <param name="Name">The group.</param>
/// <param name="Accuracy">Hits by queries.</param>
/// <param name="Queries">How many queries.</param>
public readonly record struct GroupMeasurement(string Name, double Accuracy, long Queries);
