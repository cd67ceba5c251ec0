using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// What answers are worth beside their accuracy. With p the softmax of a query example's predictions and y its label:
/// <code>
/// macro F1  of an episode: the mean over its classes of 2 TP / (2 TP + FP + FN)
/// NLL       of an episode: the mean over its queries of -log p[y]
/// ECE       of all episodes: sum over bins b of |hits(b) - confidence(b)| / queries, where b holds the queries with max p in ((b - 1) / 15, b / 15]
/// accuracy  of a class or group: hits / queries, of all episodes
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

    /// <summary>Sums of two bins' gaps that an interval of the calibration error takes: one for each pair, a bin with itself among them.</summary>
    public const int BinPairs = Bins * (Bins + 1) / 2;

    /// <summary>Sums a group has: queries, their hits; over episodes queries squared, queries by hits, hits squared, and in how many it was.</summary>
    public const int SumsPerGroup = 6;

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

    /// <summary>The products of two bins' gaps (hits less confidences) in a task, summed over tasks: [<see cref="BinPairs"/>], (1, 1), (1, 2), ..., (2, 2), ...</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    public static double[] CalibrationPairs(EpisodeShape shape, ReadOnlySpan<float> predictions)
    {
        var (pairs, ofTask) = (new double[BinPairs], shape.QueryCount * shape.Ways);
        for (var from = 0; from < predictions.Length; from += ofTask)
        {
            var bins = CalibrationBins(shape, predictions.Slice(from, ofTask));
            for (int one = 0, at = 0; one < Bins; one++)
            {
                for (var other = one; other < Bins; other++)
                {
                    pairs[at++] += Gap(bins, one) * Gap(bins, other);
                }
            }
        }

        return pairs;
    }

    /// <summary>
    /// The expected calibration error in [0, 1]; NaN without queries. Its interval takes each bin to err to the side that it errs to over all
    /// episodes: then the error is a mean over episodes.
    /// </summary>
    /// <param name="bins">[<see cref="Bins"/>, <see cref="SumsPerBin"/>], summed over everything that is to be measured.</param>
    /// <param name="pairs">[<see cref="BinPairs"/>], likewise.</param>
    /// <param name="episodes">Over how many episodes.</param>
    public static Measurement CalibrationError(ReadOnlySpan<double> bins, ReadOnlySpan<double> pairs, int episodes)
    {
        var (error, squares, queries) = (0.0, 0.0, 0.0);
        for (int one = 0, at = 0; one < Bins; one++)
        {
            // A bin's share of queries times the distance of its two means: its number of queries cancels out.
            error += Math.Abs(Gap(bins, one));
            queries += bins[one * SumsPerBin];
            for (var other = one; other < Bins; other++)
            {
                squares += (one == other ? 1 : 2) * Math.Sign(Gap(bins, one)) * Math.Sign(Gap(bins, other)) * pairs[at++];
            }
        }

        var ofEpisodes = Measurement.FromSums(error, squares, episodes);
        return new Measurement(error / queries, ofEpisodes.Ci95 * episodes / queries);
    }

    /// <summary>Of each group the sums over the queries, of all tasks, whose class is in it: [groups, <see cref="SumsPerGroup"/>].</summary>
    /// <param name="shape">Of the episodes.</param>
    /// <param name="predictions">[T, Q, C].</param>
    /// <param name="classes">[T, C]: <see cref="EpisodeBlock.Classes"/>.</param>
    /// <param name="groups">The groups.</param>
    public static double[] GroupHits(EpisodeShape shape, ReadOnlySpan<float> predictions, ReadOnlySpan<int> classes, ClassGroups groups)
    {
        var sums = new double[groups.Names.Length * SumsPerGroup];
        if (sums.Length == 0)
        {
            return sums;
        }

        var ofTask = new Dictionary<int, (int Queries, int Hits)>();
        for (var task = 0; task < Rows(shape, predictions) / shape.QueryCount; task++)
        {
            ofTask.Clear();
            for (var row = task * shape.QueryCount; row < (task + 1) * shape.QueryCount; row++)
            {
                var label = Accuracies.Label(shape, row);
                if (groups.IndexOf(classes[(task * shape.Ways) + label]) is var group and >= 0)
                {
                    var (queries, hits) = ofTask.GetValueOrDefault(group);
                    ofTask[group] = (queries + 1, hits + (Accuracies.Answer(shape, predictions, row) == label ? 1 : 0));
                }
            }

            foreach (var (group, (queries, hits)) in ofTask)
            {
                var ofGroup = sums.AsSpan(group * SumsPerGroup, SumsPerGroup);
                ofGroup[0] += queries;
                ofGroup[1] += hits;
                ofGroup[2] += (double)queries * queries;
                ofGroup[3] += (double)queries * hits;
                ofGroup[4] += (double)hits * hits;
                ofGroup[5]++;
            }
        }

        return sums;
    }

    /// <summary>
    /// Hits by queries, with the interval of a ratio of two sums over the episodes that the group was in (Cochran: Sampling Techniques, 3rd ed.
    /// 1977, equation 2.46, with a sample that is small beside what it is drawn from); of one episode there is none.
    /// </summary>
    /// <param name="sums">[<see cref="SumsPerGroup"/>].</param>
    public static Measurement GroupAccuracy(ReadOnlySpan<double> sums)
    {
        var (queries, episodes, ratio) = (sums[0], sums[5], sums[1] / sums[0]);
        var residuals = Math.Max(0, sums[4] - (2 * ratio * sums[3]) + (ratio * ratio * sums[2]));
        return new Measurement(ratio, episodes > 1 ? 1.96 * Math.Sqrt(residuals * episodes / (episodes - 1)) / queries : double.NaN);
    }

    private static double Gap(ReadOnlySpan<double> bins, int bin) => bins[(bin * SumsPerBin) + 2] - bins[(bin * SumsPerBin) + 1];

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
