using System.Collections.Immutable;
using System.Globalization;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Reads an evaluation's summed metrics: every mean over episodes "m" has a partner "m^2", the sum of its squares; the rest are sums over queries.</summary>
internal static class EvaluationSums
{
    private const string MeanSquaredErrorPrefix = "mse@";

    public static EvaluationSummary Summarize(EvaluationWork work, long version, ImmutableArray<string> names, BlockSum sum, string? dataNote)
    {
        ImmutableSortedDictionary<int, Estimate>.Builder errors = ImmutableSortedDictionary.CreateBuilder<int, Estimate>();
        foreach (string name in names)
        {
            if (name.StartsWith(MeanSquaredErrorPrefix, StringComparison.Ordinal) && !name.EndsWith("^2", StringComparison.Ordinal))
            {
                errors.Add(int.Parse(name.AsSpan(MeanSquaredErrorPrefix.Length), CultureInfo.InvariantCulture), Read(name)!.Value);
            }
        }

        EvaluationMeasures measures = EvaluationMeasures.Read(names, sum.Metrics, sum.Count);
        return new EvaluationSummary
        {
            At = version,
            Split = work.Split,
            Episodes = sum.Count,
            Transductive = work.Transductive,
            Accuracy = Read("accuracy"),
            Loss = Read("loss"),
            MeanSquaredError = errors.ToImmutable(),
            Baseline = Read("baseline"),
            DataNote = dataNote,
            F1 = Read("f1"),
            NegativeLogLikelihood = Read("nll"),
            CalibrationError = measures.CalibrationError?.Mean,
            CalibrationCi95 = measures.CalibrationError?.Ci95,
            Ways = work.Ways,
            Shots = work.Shots,
            Queries = work.Queries,
            Groups = [.. measures.Groups.Select(AccuracyOf)],
            Classes = [.. measures.Classes.Select(AccuracyOf)],
        };

        static GroupAccuracy AccuracyOf(GroupMeasurement measured) =>
            new(measured.Name, measured.Accuracy, measured.Queries, double.IsNaN(measured.Ci95) ? null : measured.Ci95);

        Estimate? Read(string name)
        {
            int value = names.IndexOf(name);
            int square = names.IndexOf(name + "^2");
            return value < 0 ? null : Estimate.FromSums(sum.Metrics[value], sum.Metrics[square], sum.Count);
        }
    }

    /// <summary>The number by which versions are ranked, the higher the better: accuracy, else minus the loss, else minus the last error.</summary>
    public static double Score(EvaluationSummary summary) =>
        summary.Accuracy?.Mean ?? -(summary.MeanSquaredError.Count > 0 ? summary.MeanSquaredError.Values.Last().Mean : summary.Loss?.Mean ?? double.NaN);
}
