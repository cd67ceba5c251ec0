using System.Runtime.InteropServices;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>Computes blocks on the calling thread: managed arrays in, managed arrays out.</summary>
/// <param name="algorithm">The method.</param>
/// <param name="program">What computes it.</param>
/// <param name="device">Where; null for the CPU.</param>
internal sealed class BlockComputer(IMetaAlgorithm algorithm, IBlockProgram<float> program, Device? device = null)
{
    /// <summary>The summed meta-gradient, losses and hits of a training block.</summary>
    public BlockSums Train(BlockRequest request, EpisodeBlock block, ReadOnlySpan<float> parameters)
    {
        var episodes = BlockData<float>.Of(block, request.FirstTask);
        var result = program.Train(request.Iteration, parameters, episodes);
        double[] metrics = block.Shape.IsRegression
            ? [result.Losses.Sum()]
            : [result.Losses.Sum(), Accuracies.Of(block.Shape, result.Predictions).Sum()];
        return new BlockSums(request.Tasks, result.Gradient, metrics, FirstNonFinite(request, result, parameters, episodes));
    }

    /// <summary>The sums and sums of squares over the episodes of an evaluation block, and the sums over its queries.</summary>
    public BlockSums Evaluate(
        BlockRequest request, EvaluationSettings settings, EpisodeBlock block, ClassGroups groups, ClassGroups classes, ReadOnlySpan<float> parameters)
    {
        var (measures, overQueries) = Evaluation.Measure(algorithm, program, settings, parameters, block, groups, classes, device);
        double[] metrics = [.. measures.SelectMany(perTask => new[] { perTask.Sum(), perTask.Sum(value => value * value) }), .. overQueries];
        int? bad = Enumerable.Range(0, request.Tasks).Where(task => measures.Any(values => !double.IsFinite(values[task])))
            .Select(task => (int?)(request.FirstTask + task)).FirstOrDefault();
        return new BlockSums(request.Tasks, [], metrics, bad);
    }

    /// <summary>The answers to one evaluation episode, before and after adaptation.</summary>
    public Demonstration Demonstrate(EvaluationSettings settings, EpisodeBlock block, TaskFunction? function, ReadOnlySpan<float> parameters) =>
        Demonstrator.Show(algorithm, program, settings, parameters, block, function);

    /// <summary>About how many bytes a training block of so many tasks takes; null where the machine does not tell.</summary>
    public long? EstimateBytes(EpisodeShape shape, ReadOnlySpan<float> parameters, int tasks) =>
        BytesOf(shape, parameters, 1) is { } one && BytesOf(shape, parameters, 2) is { } two
            ? one + ((tasks - 1) * Math.Max(0, two - one))
            : null;

    /// <summary>Computes once with small episodes and few inner steps, so that a model that cannot work is refused before a job starts.</summary>
    /// <param name="algorithm">The method.</param>
    /// <param name="layout">What it learns.</param>
    /// <param name="shape">The training episodes.</param>
    /// <param name="parameters">[P].</param>
    /// <exception cref="InvalidOperationException">What does not fit, in one sentence.</exception>
    public static void TryOut(IMetaAlgorithm algorithm, ParameterLayout layout, EpisodeShape shape, ReadOnlySpan<float> parameters)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (context, small) = (new ComputeContext(), new EpisodeBlock(shape with { Shots = Math.Min(2, shape.Shots), Queries = 1 }, tasks: 2));
        var (tasks, learned) = (EpisodeTensors.Of(BlockData<float>.Of(small), context), ParameterSet.Load(layout, parameters, context));
        MetaGradient result;
        try
        {
            result = algorithm.Briefly.Compute(context, learned, tasks);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException or KeyNotFoundException)
        {
            throw new InvalidOperationException(
                $"inputs have the shape [{string.Join(", ", shape.Input)}], and computing with them failed: {FirstLine(exception.Message)}; change the model or the data.",
                exception);
        }

        long[] expected = [2, small.Shape.QueryCount, shape.Outputs];
        if (!result.Predictions.shape.AsSpan().SequenceEqual(expected))
        {
            throw new InvalidOperationException(
                $"it gave predictions of the shape [{string.Join(", ", result.Predictions.shape)}] where [tasks, examples, {shape.Outputs}] = [{string.Join(", ", expected)}] is needed; change its last layer.");
        }
    }

    private static string FirstLine(string message) => message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end].TrimEnd('.') : message.TrimEnd('.');

    private long? BytesOf(EpisodeShape shape, ReadOnlySpan<float> parameters, int tasks) =>
        program.EstimateBytes(parameters, BlockData<float>.Of(new EpisodeBlock(shape, tasks)));

    /// <summary>The first task whose loss or gradient is not finite, by its index in the round.</summary>
    private int? FirstNonFinite(BlockRequest request, BlockGradient<float> result, ReadOnlySpan<float> parameters, BlockData<float> episodes)
    {
        var byLoss = Array.FindIndex(result.Losses, loss => !double.IsFinite(loss));
        if (byLoss >= 0)
        {
            return request.FirstTask + byLoss;
        }

        if (FlatArithmetic.AreFinite(result.Gradient))
        {
            return null;
        }

        // The tasks' gradients come summed: which one was not finite is found by computing each alone. This ends the job, so it may cost.
        for (var task = 0; task < request.Tasks; task++)
        {
            if (!FlatArithmetic.AreFinite(program.Train(request.Iteration, parameters, episodes.Only(task)).Gradient))
            {
                return request.FirstTask + task;
            }
        }

        return request.FirstTask;
    }
}
