using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Sinusoids;

/// <summary>
/// Regression of y = amplitude * sin(x - phase): a task is an amplitude in [0.1, 5] and a phase in [0, pi], its points have x in [-5, 5]
/// (Finn et al. 2017, section 5.1). Splits differ in their random streams alone: tasks are endless.
/// </summary>
/// <param name="options">Its options.</param>
public sealed class SinusoidTaskSource(SinusoidOptions options) : ITaskSource
{
    /// <summary>Inputs lie within it on both sides of 0.</summary>
    private const double Reach = 5;

    /// <inheritdoc/>
    public EpisodeShape TrainingShape { get; } = new() { Ways = 0, Shots = options.Shots, Queries = options.Queries, Input = [1], Targets = 1 };

    /// <inheritdoc/>
    public string? Note => "synthetic: sinusoids";

    /// <inheritdoc/>
    public bool HasPixelBaseline => false;

    /// <inheritdoc/>
    public string? Refuse(Split split, EpisodeShape shape) =>
        !shape.IsRegression ? "Sinusoids are a regression task: they have no classes, so leave ways at 0."
        : shape.Targets != 1 || shape.InputLength != 1 ? $"Sinusoids have 1 input and 1 target, not {shape.InputLength} and {shape.Targets}."
        : null;

    /// <inheritdoc/>
    public TaskFunction FunctionOf(in EpisodeKey key)
    {
        var (amplitude, phase) = Wave(key);
        return new TaskFunction(-Reach, Reach, x => At(x, amplitude, phase));
    }

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var (amplitude, phase) = Wave(key);
        var inputs = new CounterRandom(key, RandomPurpose.Inputs);
        for (var example = 0; example < block.Shape.SupportCount; example++)
        {
            Draw(ref inputs, amplitude, phase, block.SupportInput(task, example), block.SupportTarget(task, example));
        }

        for (var example = 0; example < block.Shape.QueryCount; example++)
        {
            Draw(ref inputs, amplitude, phase, block.QueryInput(task, example), block.QueryTarget(task, example));
        }
    }

    private static double At(double x, double amplitude, double phase) => amplitude * PortableMath.Sin(x - phase);

    private static (double Amplitude, double Phase) Wave(in EpisodeKey key)
    {
        var choices = new CounterRandom(key, RandomPurpose.TaskParameters);
        var amplitude = 0.1 + (4.9 * choices.NextDouble());
        return (amplitude, Math.PI * choices.NextDouble());
    }

    private static void Draw(ref CounterRandom random, double amplitude, double phase, Span<float> input, Span<float> target)
    {
        var x = -Reach + (2 * Reach * random.NextDouble());
        input[0] = (float)x;
        target[0] = (float)At(x, amplitude, phase);
    }
}
