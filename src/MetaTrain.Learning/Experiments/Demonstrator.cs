using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Experiments;

/// <summary>Shows a method on one episode: with the program that evaluates it, so that what is shown is what is measured.</summary>
internal static class Demonstrator
{
    private const int CurvePoints = 201;

    /// <summary>The answers to an episode, before and after adaptation.</summary>
    /// <param name="algorithm">The method.</param>
    /// <param name="program">What computes it.</param>
    /// <param name="settings">How it is evaluated.</param>
    /// <param name="parameters">[P].</param>
    /// <param name="block">The episode, alone.</param>
    /// <param name="function">What its points lie on; null where the source does not tell.</param>
    public static Demonstration Show(
        IMetaAlgorithm algorithm,
        IBlockProgram<float> program,
        EvaluationSettings settings,
        ReadOnlySpan<float> parameters,
        EpisodeBlock block,
        TaskFunction? function)
    {
        var (shape, episode, hasSteps) = (block.Shape, BlockData<float>.Of(block), algorithm.InnerSteps > 0);
        var most = MetricNames.StepCounts(settings, algorithm.InnerSteps).Max();
        int[] steps = !hasSteps ? [most] : shape.IsRegression ? [.. new[] { 0, 1, most }.Where(step => step <= most).Distinct()] : [.. new[] { 0, most }.Distinct()];
        var answers = program.Predict(parameters, episode, steps, settings.Transductive);
        return new Demonstration
        {
            Episode = block,
            InnerSteps = hasSteps ? [.. steps] : [],
            Predictions = [.. answers],
            Measures = [.. answers.Select(answer => (shape.IsRegression ? Evaluation.LossesOf(Losses.MeanSquaredError, answer, episode) : Accuracies.Of(shape, answer))[0])],
            Curves = shape is { IsRegression: true, Targets: 1, InputLength: 1 } ? Curves(program, settings, parameters, block, steps, function) : null,
        };
    }

    private static TaskCurves Curves(
        IBlockProgram<float> program, EvaluationSettings settings, ReadOnlySpan<float> parameters, EpisodeBlock block, int[] steps, TaskFunction? function)
    {
        // The same support set, and points at equal distances in place of the queries: adaptation sees no query.
        var along = new EpisodeBlock(block.Shape with { Queries = CurvePoints }, 1);
        block.SupportInputs.CopyTo(along.SupportInputs, 0);
        block.SupportTargets.CopyTo(along.SupportTargets, 0);
        var (low, high) = function is null ? Range([.. block.SupportInputs, .. block.QueryInputs]) : (function.Low, function.High);
        for (var point = 0; point < CurvePoints; point++)
        {
            along.QueryInputs[point] = (float)(low + ((high - low) * point / (CurvePoints - 1)));
        }

        var answers = program.Predict(parameters, BlockData<float>.Of(along), steps, settings.Transductive);
        return new TaskCurves(along.QueryInputs, [.. answers], function is null ? null : [.. along.QueryInputs.Select(x => (float)function.At(x))]);
    }

    private static (double Low, double High) Range(float[] inputs) => (inputs.Min(), inputs.Max());
}
