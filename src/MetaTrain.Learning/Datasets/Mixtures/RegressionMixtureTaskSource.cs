using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Mixtures;

/// <summary>
/// Regression of functions from several families, one family a task; its points have x in [-5, 5]. The families are those of HSML's
/// synthetic regression (Yao et al. 2019, arXiv:1905.05301, section 5.1), with the ranges of its authors' own program
/// (github.com/huaxiuyao/HSML, data_generator.py): there the shift of a sine wave stands outside the sine, and targets have no noise.
/// Splits differ in their random streams alone: tasks are endless.
/// </summary>
/// <param name="options">Its options.</param>
public sealed class RegressionMixtureTaskSource(RegressionMixtureOptions options) : ITaskSource
{
    /// <summary>Inputs lie within it on both sides of 0.</summary>
    private const double Reach = 5;

    /// <inheritdoc/>
    public EpisodeShape TrainingShape { get; } = new() { Ways = 0, Shots = options.Shots, Queries = options.Queries, Input = [1], Targets = 1 };

    /// <inheritdoc/>
    public string? Note => "synthetic: regression mixture";

    /// <inheritdoc/>
    public bool HasPixelBaseline => false;

    /// <inheritdoc/>
    public string? Refuse(Split split, EpisodeShape shape) =>
        !shape.IsRegression ? "The regression mixture is a regression task: it has no classes, so leave ways at 0."
        : shape.Targets != 1 || shape.InputLength != 1 ? $"The regression mixture has 1 input and 1 target, not {shape.InputLength} and {shape.Targets}."
        : null;

    /// <inheritdoc/>
    public TaskFunction FunctionOf(in EpisodeKey key)
    {
        var choices = new CounterRandom(key, RandomPurpose.TaskParameters);
        return new TaskFunction(-Reach, Reach, Function(ref choices).At);
    }

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        // Noise comes from the stream of the task's own numbers, after them: a job with noise has the functions and inputs of one without.
        var choices = new CounterRandom(key, RandomPurpose.TaskParameters);
        var function = Function(ref choices);

        var inputs = new CounterRandom(key, RandomPurpose.Inputs);
        for (var example = 0; example < block.Shape.SupportCount; example++)
        {
            Draw(function, ref inputs, ref choices, block.SupportInput(task, example), block.SupportTarget(task, example));
        }

        for (var example = 0; example < block.Shape.QueryCount; example++)
        {
            Draw(function, ref inputs, ref choices, block.QueryInput(task, example), block.QueryTarget(task, example));
        }
    }

    private RegressionFunction Function(ref CounterRandom choices) =>
        RegressionFunction.Draw(options.Families[choices.NextInt(options.Families.Length)], ref choices);

    private void Draw(
        RegressionFunction function, ref CounterRandom inputs, ref CounterRandom noise, Span<float> input, Span<float> target)
    {
        var x = -Reach + (2 * Reach * inputs.NextDouble());
        input[0] = (float)x;
        target[0] = (float)(function.At(x) + (options.Noise == 0 ? 0 : options.Noise * noise.NextGaussian()));
    }
}
