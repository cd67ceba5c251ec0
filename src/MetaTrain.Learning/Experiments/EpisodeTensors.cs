using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Experiments;

/// <summary>Episodes in managed memory as tensors.</summary>
internal static class EpisodeTensors
{
    /// <summary>Inputs [T, N, input...] and targets [T, N, O], labels one-hot.</summary>
    public static TaskBatch Of(EpisodeBlock block, ComputeContext context)
    {
        var shape = block.Shape;
        return new TaskBatch(
            Examples(block, block.SupportInputs, block.SupportTargets, shape.Shots, shape.SupportCount, context),
            Examples(block, block.QueryInputs, block.QueryTargets, shape.Queries, shape.QueryCount, context));
    }

    private static Examples Examples(EpisodeBlock block, float[] inputs, float[] targets, int perClass, int count, ComputeContext context)
    {
        var shape = block.Shape;
        long[] inputShape = [block.Tasks, count, .. shape.Input.Select(size => (long)size)];
        var values = shape.IsRegression ? targets : OneHot(block.Tasks, shape.Ways, perClass);
        return new Examples(
            TensorData.FromValues(inputs, inputShape, context.Dtype, context.Device),
            TensorData.FromValues(values, [block.Tasks, count, shape.Outputs], context.Dtype, context.Device));
    }

    // Examples are ordered by class: example e has label e / perClass.
    private static float[] OneHot(int tasks, int ways, int perClass)
    {
        var values = new float[tasks * ways * perClass * ways];
        for (var row = 0; row < tasks * ways * perClass; row++)
        {
            values[(row * ways) + (row / perClass % ways)] = 1;
        }

        return values;
    }
}
