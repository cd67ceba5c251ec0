using System.Numerics;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// How an experiment is cut into blocks: a pure function of spec, device class and build, never of timing or of the number of
/// workers, because both choices show in the last bits.
/// </summary>
/// <param name="BlockSize">Tasks a block: a power of two.</param>
public sealed record ComputePlan(int BlockSize)
{
    private const int ImagesABlock = 64;

    /// <summary>The plan of a spec.</summary>
    /// <param name="spec">The spec's sections.</param>
    /// <param name="shape">Of its training episodes.</param>
    /// <param name="deviceClass">The device class as text, which begins with its kind: <c>cpu/...</c>.</param>
    /// <param name="blockSize">The spec's own <c>plan.blockSize</c>; null takes the build's table.</param>
    /// <exception cref="OptionsException">The spec is not valid, or the block size is no power of two.</exception>
    public static ComputePlan Choose(ExperimentSpec spec, EpisodeShape shape, string deviceClass, int? blockSize = null)
    {
        if (blockSize is { } asked && (asked < 1 || !int.IsPow2(asked)))
        {
            throw new OptionsException("plan.blockSize", $"plan.blockSize is {asked}: it must be a power of two, for instance 4.");
        }

        var model = ModelRegistry.All.Read(spec.Model).Options;
        var tasks = ((MetaOptions)MetaOptimizerRegistry.All.Read(spec.Meta).Options).TasksPerIteration;
        var onCpu = KindOf(deviceClass) == ComputeDevice.CpuKind;
        var size = model switch
        {
            // Some ten milliseconds of work: enough that handing it out costs nothing, little enough that workers finish together.
            Conv4Options => onCpu ? Math.Clamp(ImagesABlock / (shape.SupportCount + shape.QueryCount), 1, 16) : 32,

            // A task is far more work than handing it out, and in an adaptive method each has its own twelve million values.
            ResNet12Options => onCpu ? 1 : 4,
            NoConvOptions => onCpu ? 8 : 64,

            // A small perceptron's tasks are done before a second worker has heard of them.
            _ => onCpu ? 32 : 128,
        };
        size = 1 << BitOperations.Log2((uint)size);
        return new ComputePlan(blockSize ?? Math.Min(size, (int)BitOperations.RoundUpToPowerOf2((uint)tasks)));
    }

    /// <summary>What computes the blocks of an experiment on a device class, wherever the experiment at hand would compute them.</summary>
    /// <param name="experiment">The experiment on whatever device.</param>
    /// <param name="deviceClass">The device class as text.</param>
    /// <param name="precision">What the products of layers are computed in.</param>
    public static ComputePath PathOn(IExperiment experiment, string deviceClass, Precision precision) =>
        ComputeRules.MayFuse(KindOf(deviceClass), precision) ? experiment.Path : ComputePath.Autograd;

    private static string KindOf(string deviceClass) => deviceClass.Split('/', 2)[0];
}
