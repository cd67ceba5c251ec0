using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// What answers are worth beside their accuracy. With p the softmax of a query example's predictions and y its label:
/// <code>
/// macro F1  of an episode: the mean over its classes of 2 TP / (2 TP + FP + FN)
/// NLL       of an episode: the mean over its queries of -log p[y]
/// ECE       of all episodes: sum over bins b of |hits(b) - confidence(b)| / queries, where b holds the queries with max p in ((b - 1) / 15, b / 15]
/// </code>
/// ECE: Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks (ICML 2017, arXiv:1706.04599), equation 3. It is no mean over
/// episodes: a bin that has few queries errs upwards, so bins are summed over all episodes first. Sums are in double, in the order of rows,
/// with exponentials and logarithms that are the same on every machine.
/// </summary>
/// <remarks>Legend: T tasks, Q query examples a task, C classes (ways).</remarks>
internal static class ClassificationMetrics
{
    /// <summary>Bins of the calibration error.</summary>
    public const int Bins = 15;

    /// <summary>Sums a bin has: queries, their confidences, their hits.</summary>
    public const int SumsPerBin = 3;

    /// <summary>Sums a group has: queries, their hits.</summary>
    public const int SumsPerGroup = 2;

    /// <summary>Of each task. A class that is never predicted, or never rightly, has an F1 of 0; every class has query examples.</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    public static double[] MacroF1(EpisodeShape shape, ReadOnlySpan<float> predictions)
    {
        var scores = new double[Rows(shape, predictions) / shape.QueryCount];
        var (predicted, right) = (new int[shape.Ways], new int[shape.Ways]);
        for (var task = 0; task < scores.Length; task++)
        {
            Array.Clear(predicted);
            Array.Clear(right);
            for (var row = task * shape.QueryCount; row < (task + 1) * shape.QueryCount; row++)
            {
                var answer = Accuracies.Answer(shape, predictions, row);
                predicted[answer]++;
                right[answer] += answer == Accuracies.Label(shape, row) ? 1 : 0;
            }

            for (var way = 0; way < shape.Ways; way++)
            {
                // TP + FP are its predictions, TP + FN its examples.
                scores[task] += 2.0 * right[way] / (predicted[way] + shape.Queries);
            }

            scores[task] /= shape.Ways;
        }

        return scores;
    }

    /// <summary>Of each task.</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    public static double[] NegativeLogLikelihood(EpisodeShape shape, ReadOnlySpan<float> predictions)
    {
        var losses = new double[Rows(shape, predictions) / shape.QueryCount];
        for (var row = 0; row < losses.Length * shape.QueryCount; row++)
        {
            var (greatest, sum) = Softmax(shape, predictions, row);
            var ofLabel = predictions[(row * shape.Ways) + Accuracies.Label(shape, row)];

            // The logarithm takes numbers alone: what is not one must stay visible.
            losses[row / shape.QueryCount] += double.IsNaN(sum) ? sum : PortableMath.Log(sum) - (ofLabel - greatest);
        }

        for (var task = 0; task < losses.Length; task++)
        {
            losses[task] /= shape.QueryCount;
        }

        return losses;
    }

    /// <summary>The sums of all tasks' queries, bin after bin: [<see cref="Bins"/>, <see cref="SumsPerBin"/>].</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    public static double[] CalibrationBins(EpisodeShape shape, ReadOnlySpan<float> predictions)
    {
        var bins = new double[Bins * SumsPerBin];
        for (var row = 0; row < Rows(shape, predictions); row++)
        {
            var confidence = 1 / Softmax(shape, predictions, row).Sum;
            var bin = bins.AsSpan(BinOf(confidence) * SumsPerBin, SumsPerBin);
            bin[0]++;
            bin[1] += confidence;
            bin[2] += Accuracies.Answer(shape, predictions, row) == Accuracies.Label(shape, row) ? 1 : 0;
        }

        return bins;
    }

    /// <summary>The expected calibration error in [0, 1]; NaN without queries.</summary>
    /// <param name="bins">[<see cref="Bins"/>, <see cref="SumsPerBin"/>], summed over everything that is to be measured.</param>
    public static double CalibrationError(ReadOnlySpan<double> bins)
    {
        var (error, queries) = (0.0, 0.0);
        for (var bin = 0; bin < bins.Length; bin += SumsPerBin)
        {
            // A bin's share of queries times the distance of its two means: its number of queries cancels out.
            error += Math.Abs(bins[bin + 2] - bins[bin + 1]);
            queries += bins[bin];
        }

        return error / queries;
    }

    /// <summary>Of each group the queries, over all tasks, whose class is in it, and their hits: [groups, <see cref="SumsPerGroup"/>].</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    /// <param name="classes">[T, C]: <see cref="EpisodeBlock.Classes"/>.</param>
    /// <param name="groups">The groups.</param>
    public static double[] GroupHits(EpisodeShape shape, ReadOnlySpan<float> predictions, ReadOnlySpan<int> classes, ClassGroups groups)
    {
        var sums = new double[groups.Names.Length * SumsPerGroup];
        for (var row = 0; row < Rows(shape, predictions) && sums.Length > 0; row++)
        {
            var label = Accuracies.Label(shape, row);
            if (groups.IndexOf(classes[(row / shape.QueryCount * shape.Ways) + label]) is var group and >= 0)
            {
                sums[group * SumsPerGroup]++;
                sums[(group * SumsPerGroup) + 1] += Accuracies.Answer(shape, predictions, row) == label ? 1 : 0;
            }
        }

        return sums;
    }

    private static int Rows(EpisodeShape shape, ReadOnlySpan<float> predictions) => predictions.Length / shape.Ways;

    /// <summary>Bins are closed above: 1 is in the last, 1 / 15 in the first.</summary>
    private static int BinOf(double confidence) => Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1);

    /// <summary>The greatest prediction, and the sum of the exponentials of all less the greatest: at least 1, so that nothing overflows.</summary>
    private static (double Greatest, double Sum) Softmax(EpisodeShape shape, ReadOnlySpan<float> predictions, int row)
    {
        double greatest = predictions[(row * shape.Ways) + Accuracies.Answer(shape, predictions, row)];
        var sum = 0.0;
        foreach (var value in predictions.Slice(row * shape.Ways, shape.Ways))
        {
            sum += PortableMath.Exp(value - greatest);
        }

        return (greatest, sum);
    }
}
