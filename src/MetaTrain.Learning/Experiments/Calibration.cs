// With p the softmax of an example's logits, its confidence is max p, and it is right when the class of that maximum is its label.
// Expected calibration error: examples fall into M = 15 bins by confidence, bin m holding those in ((m - 1) / M, m / M];
// ECE = sum_m |B_m| / n * |share of B_m that is right - mean confidence of B_m|. An empty bin adds nothing.
// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017, arXiv:1706.04599, equation 3.
// Negative log likelihood: the mean over examples of -log p[label].
namespace MetaTrain.Learning.Experiments;

/// <summary>How far the probabilities of a classifier can be believed.</summary>
/// <param name="Error">The expected calibration error, from 0 to 1.</param>
/// <param name="NegativeLogLikelihood">In nats an example; infinite where a label has no probability at all.</param>
public readonly record struct CalibrationMeasures(double Error, double NegativeLogLikelihood);

/// <summary>One bin of a reliability diagram. Bins of several blocks are added up number by number.</summary>
/// <param name="Count">Its examples.</param>
/// <param name="Right">How many of them are right.</param>
/// <param name="Confidence">The sum of their confidences.</param>
public readonly record struct CalibrationBin(long Count, long Right, double Confidence);

/// <summary>
/// Calibration from logits, which any constant may be added to. Labels are those of an <see cref="Episodes.EpisodeBlock"/>: ordered by class,
/// example e of an episode has the label e / (examples / classes). Logits of several episodes one after the other are measured as one set.
/// </summary>
public static class Calibration
{
    /// <summary>The bins of a confidence, equally wide.</summary>
    public const int Bins = 15;

    /// <summary>Both measures.</summary>
    /// <param name="logits">[T, examples, classes].</param>
    /// <param name="examples">Of an episode: a multiple of the classes.</param>
    /// <param name="classes">At least 1.</param>
    /// <returns>Not-a-number where a logit is, or is infinitely large.</returns>
    /// <exception cref="ArgumentException">The numbers do not go together.</exception>
    public static CalibrationMeasures Of(ReadOnlySpan<float> logits, int examples, int classes) =>
        new(ErrorOf(BinsOf(logits, examples, classes)), NegativeLogLikelihoodOf(logits, examples, classes));

    /// <summary>The bins, least confidence first.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static CalibrationBin[] BinsOf(ReadOnlySpan<float> logits, int examples, int classes)
    {
        var labelled = new LabelledLogits(logits, examples, classes);
        var bins = new CalibrationBin[Bins];
        for (var row = 0; row < labelled.Rows; row++)
        {
            var confidence = labelled.Confidence(row);

            // What is not a number shows in the sum of whichever bin.
            ref var bin = ref bins[double.IsNaN(confidence) ? 0 : Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1)];
            bin = new CalibrationBin(bin.Count + 1, bin.Right + (labelled.Answer(row) == labelled.Label(row) ? 1 : 0), bin.Confidence + confidence);
        }

        return bins;
    }

    /// <summary>The expected calibration error of bins; 0 where all are empty.</summary>
    public static double ErrorOf(ReadOnlySpan<CalibrationBin> bins)
    {
        var (examples, error) = (0L, 0.0);
        foreach (var bin in bins)
        {
            // |B| / n * |right / |B| - confidence / |B||, in which |B| drops out.
            (examples, error) = (examples + bin.Count, error + Math.Abs(bin.Right - bin.Confidence));
        }

        return examples == 0 ? 0 : error / examples;
    }

    private static double NegativeLogLikelihoodOf(ReadOnlySpan<float> logits, int examples, int classes)
    {
        var labelled = new LabelledLogits(logits, examples, classes);
        var sum = 0.0;
        for (var row = 0; row < labelled.Rows; row++)
        {
            sum -= labelled.LogProbability(row, labelled.Label(row));
        }

        return sum / labelled.Rows;
    }
}
