using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// How an experiment is cut into blocks: a pure function of spec, device class and build, never of timing or of the number of
/// workers, because both choices show in the last bits.
/// </summary>
/// <param name="BlockSize">Tasks a block: a power of two.</param>
public sealed record ComputePlan(int BlockSize)
{
    /// <summary>The plan of a spec.</summary>
    /// <param name="spec">The spec's sections.</param>
    /// <param name="deviceClass">The device class as text, which begins with its kind: <c>cpu/...</c>.</param>
    /// <param name="blockSize">The spec's own <c>plan.blockSize</c>; null takes the build's table.</param>
    /// <exception cref="OptionsException">The spec is not valid, or the block size is no power of two.</exception>
    public static ComputePlan Choose(ExperimentSpec spec, string deviceClass, int? blockSize = null)
    {
        if (blockSize is { } asked && (asked < 1 || !int.IsPow2(asked)))
        {
            throw new OptionsException("plan.blockSize", $"plan.blockSize is {asked}: it must be a power of two, for instance 4.");
        }

        var model = ModelRegistry.All.Read(spec.Model).Options;
        var tasks = ((MetaOptions)MetaOptimizerRegistry.All.Read(spec.Meta).Options).TasksPerIteration;
        var onCpu = deviceClass.StartsWith("cpu", StringComparison.Ordinal);
        var size = model switch
        {
            // 32 tasks give eight blocks to share, of some ten milliseconds each.
            Conv4Options => onCpu ? 4 : 32,
            NoConvOptions => onCpu ? 8 : 64,

            // A small perceptron's tasks are done before a second worker has heard of them.
            _ => onCpu ? 32 : 128,
        };
        return new ComputePlan(blockSize ?? Math.Min(size, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tasks)));
    }
}
