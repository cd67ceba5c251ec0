using System.Runtime.InteropServices;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Experiments;

/// <summary>Computes blocks on the calling thread, each inside a dispose scope of its own: managed arrays in, managed arrays out.</summary>
/// <param name="algorithm">The method.</param>
/// <param name="layout">What it learns.</param>
/// <param name="context">Seed, type, device.</param>
internal sealed class BlockComputer(IMetaAlgorithm algorithm, ParameterLayout layout, ComputeContext context)
{
    /// <summary>The summed meta-gradient, losses and hits of a training block.</summary>
    public BlockSums Train(BlockRequest request, EpisodeBlock episodes, ReadOnlySpan<float> parameters)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (tasks, learned) = (EpisodeTensors.Of(episodes, context), ParameterSet.Load(layout, parameters, context));
        var at = context with { Iteration = request.Iteration };
        var result = algorithm.Compute(at, learned, tasks);
        var gradient = new float[layout.Length];
        result.Gradient.CopyTo(gradient);
        var losses = TensorData.ToDoubles(result.Losses);
        double[] metrics = episodes.Shape.IsRegression
            ? [losses.Sum()]
            : [losses.Sum(), Accuracies.Of(result.Predictions, tasks.Query.Targets).Sum()];
        return new BlockSums(request.Tasks, gradient, metrics, FirstNonFinite(request, losses, gradient, at, learned, tasks));
    }

    /// <summary>The sums and sums of squares over the episodes of an evaluation block.</summary>
    public BlockSums Evaluate(BlockRequest request, EvaluationSettings settings, EpisodeBlock episodes, ReadOnlySpan<float> parameters)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (tasks, learned) = (EpisodeTensors.Of(episodes, context), ParameterSet.Load(layout, parameters, context));
        var measures = Evaluation.Measure(algorithm, settings, episodes.Shape, learned, tasks);
        var metrics = measures.SelectMany(perTask => new[] { perTask.Sum(), perTask.Sum(value => value * value) }).ToArray();
        int? bad = Enumerable.Range(0, request.Tasks).Where(task => measures.Any(values => !double.IsFinite(values[task])))
            .Select(task => (int?)(request.FirstTask + task)).FirstOrDefault();
        return new BlockSums(request.Tasks, [], metrics, bad);
    }

    /// <summary>
    /// Computes once with small episodes, so that a model that cannot work is refused before a job starts.
    /// </summary>
    /// <exception cref="InvalidOperationException">What does not fit, in one sentence.</exception>
    public void TryOut(EpisodeShape shape, ReadOnlySpan<float> parameters)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var small = new EpisodeBlock(shape with { Shots = Math.Min(2, shape.Shots), Queries = 1 }, tasks: 2);
        var (tasks, learned) = (EpisodeTensors.Of(small, context), ParameterSet.Load(layout, parameters, context));
        MetaGradient result;
        try
        {
            result = algorithm.Compute(context, learned, tasks);
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

    /// <summary>About how many bytes a training block of so many tasks takes; null where the machine does not tell.</summary>
    public long? EstimateBytes(EpisodeShape shape, ReadOnlySpan<float> parameters, int tasks)
    {
        TorchRuntime.PinThread();
        return BytesOf(shape, parameters, 1) is { } one && BytesOf(shape, parameters, 2) is { } two
            ? one + ((tasks - 1) * Math.Max(0, two - one))
            : null;
    }

    // The block's dispose scope keeps what was computed, so that what is held at its end is about the most that is ever held.
    private long? BytesOf(EpisodeShape shape, ReadOnlySpan<float> parameters, int tasks)
    {
        var before = NativeHeap.BytesInUse;
        using var scope = NewDisposeScope();
        var batch = EpisodeTensors.Of(new EpisodeBlock(shape, tasks), context);
        _ = algorithm.Compute(context, ParameterSet.Load(layout, parameters, context), batch);
        return NativeHeap.BytesInUse - before;
    }

    /// <summary>The first task whose loss or gradient is not finite, by its index in the round.</summary>
    private int? FirstNonFinite(
        BlockRequest request, double[] losses, float[] gradient, ComputeContext at, ParameterSet learned, TaskBatch tasks)
    {
        var byLoss = Array.FindIndex(losses, loss => !double.IsFinite(loss));
        if (byLoss >= 0)
        {
            return request.FirstTask + byLoss;
        }

        if (!Array.Exists(gradient, value => !float.IsFinite(value)))
        {
            return null;
        }

        // The tasks' gradients come summed: which one was not finite is found by computing each alone. This ends the job, so it may cost.
        for (var task = 0; task < request.Tasks; task++)
        {
            using var scope = NewDisposeScope();
            algorithm.Compute(at, learned, tasks.Only(task)).Gradient.CopyTo(gradient.AsSpan());
            if (Array.Exists(gradient, value => !float.IsFinite(value)))
            {
                return request.FirstTask + task;
            }
        }

        return request.FirstTask;
    }

    private static string FirstLine(string message) => message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end].TrimEnd('.') : message.TrimEnd('.');
}
