using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Blocks;

/// <summary>Episodes in managed memory as tensors.</summary>
internal static class EpisodeTensors
{
    /// <summary>Inputs [T, N, input...] and targets [T, N, O], labels one-hot.</summary>
    public static TaskBatch Of(BlockData<float> block, ComputeContext context)
    {
        var (supports, queries) = (block.Shape.SupportCount, block.Shape.QueryCount);
        return new TaskBatch(
            Examples(block, supports, block.SupportInputs, block.SupportTargets, context) with { Descriptions = Descriptions(block, context) },
            Examples(block, queries, block.QueryInputs, block.QueryTargets, context));
    }

    private static Examples Examples(
        BlockData<float> block, int count, Func<int, ReadOnlySpan<float>> inputs, Func<int, ReadOnlySpan<float>> targets, ComputeContext context)
    {
        long[] shape = [block.Tasks, count, .. block.Shape.Input.Select(size => (long)size)];
        return new Examples(
            TensorData.FromValues(Join(block.Tasks, inputs), shape, context.Dtype, context.Device),
            TensorData.FromValues(Join(block.Tasks, targets), [block.Tasks, count, block.Shape.Outputs], context.Dtype, context.Device));
    }

    private static Tensor? Descriptions(BlockData<float> block, ComputeContext context) => block.Shape.Descriptions == 0
        ? null
        : TensorData.FromValues(
            Join(block.Tasks, block.DescriptionsOf), [block.Tasks, block.Shape.Ways, block.Shape.Descriptions], context.Dtype, context.Device);

    private static float[] Join(int tasks, Func<int, ReadOnlySpan<float>> part)
    {
        var length = part(0).Length;
        var values = new float[tasks * length];
        for (var task = 0; task < tasks; task++)
        {
            part(task).CopyTo(values.AsSpan(task * length));
        }

        return values;
    }
}
