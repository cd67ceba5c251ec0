// A task is f(theta) = |W theta - y|^2 with W and y standard normal, to be minimised from a normal theta_0.
// Andrychowicz et al.: Learning to learn by gradient descent by gradient descent, NIPS 2016, arXiv:1606.04474, section 3.1.
//
// As a regression task: the examples are the rows of W with the values of y, and the model is `linear`, whose summed squared error is f.
// The start is part of the task by a shift: with theta = theta_0 + d, f is |W d - (y - W theta_0)|^2, so that targets y - W theta_0 and
// a model that starts at zero meet the same gradients, and the same losses, as y and a model that starts at theta_0. Thus a function with
// its start is a pure function of the episode's key, in training as in evaluation, whatever optimizes it.
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Quadratics;

/// <summary>
/// Random quadratic functions (arXiv:1606.04474, section 3.1) for the model <c>linear</c>: examples are the rows of W and the values that
/// W theta must reach from theta = 0. The query examples are the support examples: both are the function. Splits differ in their random
/// streams alone.
/// </summary>
/// <param name="options">Its options.</param>
public sealed class QuadraticTaskSource(QuadraticOptions options) : ITaskSource
{
    /// <inheritdoc/>
    public EpisodeShape TrainingShape { get; } =
        new() { Ways = 0, Shots = options.Dimensions, Queries = options.Dimensions, Input = [options.Dimensions], Targets = 1 };

    /// <inheritdoc/>
    public string? Note => "synthetic: quadratics";

    /// <inheritdoc/>
    public bool HasPixelBaseline => false;

    /// <inheritdoc/>
    public string? Refuse(Split split, EpisodeShape shape) =>
        !shape.IsRegression ? "Quadratics are a regression task: they have no classes, so leave ways at 0."
        : shape != TrainingShape with { Input = shape.Input } || shape.InputLength != options.Dimensions
            ? $"A quadratic of {options.Dimensions} dimensions has {options.Dimensions} rows, which are its support and its query examples: leave shots and queries out."
        : null;

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var random = new CounterRandom(key, RandomPurpose.TaskParameters);
        var start = new float[options.Dimensions];
        random.FillGaussian(start, 0, options.StartDeviation);

        var rows = new CounterRandom(key, RandomPurpose.Inputs);
        for (var example = 0; example < block.Shape.SupportCount; example++)
        {
            Draw(ref rows, start, block.SupportInput(task, example), block.SupportTarget(task, example));
        }

        // The same stream from its beginning: the same rows.
        rows = new CounterRandom(key, RandomPurpose.Inputs);
        for (var example = 0; example < block.Shape.QueryCount; example++)
        {
            Draw(ref rows, start, block.QueryInput(task, example), block.QueryTarget(task, example));
        }
    }

    private static void Draw(ref CounterRandom random, float[] start, Span<float> row, Span<float> target)
    {
        random.FillGaussian(row, 0, 1);
        var value = random.NextGaussian();
        for (var i = 0; i < row.Length; i++)
        {
            value -= (double)row[i] * start[i];
        }

        target[0] = (float)value;
    }
}
