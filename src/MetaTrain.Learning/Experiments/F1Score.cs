// F1 of a class = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; macro F1 = its mean over the classes.
namespace MetaTrain.Learning.Experiments;

/// <summary>
/// Macro F1 from logits. Labels are those of an <see cref="Episodes.EpisodeBlock"/>: ordered by class, example e of an episode has the label
/// e / (examples / classes).
/// </summary>
public static class F1Score
{
    /// <summary>The mean of the classes' F1 in one episode. A class that is never answered has 0. The first of equal logits counts.</summary>
    /// <param name="logits">[examples, classes] of one episode: a class of one is not that of another.</param>
    /// <param name="examples">A multiple of the classes.</param>
    /// <param name="classes">At least 1.</param>
    /// <exception cref="ArgumentException">The numbers do not go together.</exception>
    public static double Of(ReadOnlySpan<float> logits, int examples, int classes)
    {
        var labelled = new LabelledLogits(logits, examples, classes);
        if (labelled.Rows != examples)
        {
            throw new ArgumentException($"There are logits of {labelled.Rows} examples for an episode of {examples}: pass one episode.", nameof(logits));
        }

        Span<int> answered = new int[classes];
        Span<int> right = new int[classes];
        for (var row = 0; row < labelled.Rows; row++)
        {
            var answer = labelled.Answer(row);
            answered[answer]++;
            right[answer] += answer == labelled.Label(row) ? 1 : 0;
        }

        // 2 TP + FP + FN is what was answered and what is labelled with the class, taken together; the latter is never nothing.
        var sum = 0.0;
        for (var label = 0; label < classes; label++)
        {
            sum += 2.0 * right[label] / (answered[label] + (examples / classes));
        }

        return sum / classes;
    }
}
