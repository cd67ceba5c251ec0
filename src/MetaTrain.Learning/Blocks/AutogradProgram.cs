using System.Diagnostics;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Blocks;

/// <summary>A method by its own two functions on tensors, through libtorch's autograd; every call in a dispose scope of its own.</summary>
/// <param name="algorithm">The method.</param>
/// <param name="layout">What it learns.</param>
/// <param name="context">Seed, iterations, device, precision.</param>
internal sealed class AutogradProgram(IMetaAlgorithm algorithm, ParameterLayout layout, ComputeContext context) : IBlockProgram<float>
{
    private bool IsOnGpu => context.Device?.type == DeviceType.CUDA;

    /// <inheritdoc/>
    public BlockGradient<float> Train(long iteration, ReadOnlySpan<float> parameters, BlockData<float> episodes)
    {
        TorchRuntime.PinThread();
        using var arithmetic = Arithmetic();
        using var precision = ProductPrecision.Use(context.Precision);
        using var scope = NewDisposeScope();
        var learned = ParameterSet.Load(layout, parameters, context);
        var computed = algorithm.Compute(context with { Iteration = iteration, FirstTask = episodes.FirstTask }, learned, EpisodeTensors.Of(episodes, context));
        var result = BlockGradient<float>.Empty(layout.Length, episodes);
        computed.Gradient.CopyTo(result.Gradient);
        TensorData.ToDoubles(computed.Losses).CopyTo(result.Losses, 0);
        TensorData.CopyTo(computed.Predictions.detach(), result.Predictions);
        return result;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The dispose scope keeps what was computed, so that what is held at its end is about the most that is ever held. The whole process is
    /// counted, and others free and allocate in it, libtorch itself where it meets sizes for the first time: this is the median of three, or,
    /// where computing once takes more than a second and holds much more than that, of one. On a GPU nothing tells: libtorch takes its memory in
    /// large pieces and keeps them.
    /// </remarks>
    public long? EstimateBytes(ReadOnlySpan<float> parameters, BlockData<float> episodes)
    {
        if (context.Device is not null)
        {
            return null;
        }

        TorchRuntime.PinThread();
        using var precision = ProductPrecision.Use(context.Precision);
        var (started, held) = (Stopwatch.GetTimestamp(), new List<long>(3));
        do
        {
            // Tensors that nobody holds any more are freed now, rather than while it counts.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (HeldBytes(parameters, episodes) is not { } bytes)
            {
                return null;
            }

            held.Add(bytes);
        }
        while (held.Count < 3 && (held.Count > 1 || Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1)));

        held.Sort();
        return held[held.Count / 2];
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> Predict(
        ReadOnlySpan<float> parameters, BlockData<float> episodes, IReadOnlyList<int> steps, bool transductive)
    {
        TorchRuntime.PinThread();
        using var arithmetic = Arithmetic();
        using var precision = ProductPrecision.Use(context.Precision);
        using var scope = NewDisposeScope();
        var (learned, tasks) = (ParameterSet.Load(layout, parameters, context), EpisodeTensors.Of(episodes, context));
        var answers = Answers<float>.Of(steps, episodes).Values;
        for (var at = 0; at < answers.Count; at++)
        {
            var adapt = new AdaptContext { InnerSteps = steps[at], Transductive = transductive };
            TensorData.CopyTo(algorithm.Adapt(adapt, learned, tasks.Support).Predict(tasks.Query.Inputs), answers[at]);
        }

        return answers;
    }

    private long? HeldBytes(ReadOnlySpan<float> parameters, BlockData<float> episodes)
    {
        var before = NativeHeap.BytesInUse;
        using var scope = NewDisposeScope();
        _ = algorithm.Compute(context, ParameterSet.Load(layout, parameters, context), EpisodeTensors.Of(episodes, context));
        return NativeHeap.BytesInUse - before;
    }

    private IDisposable? Arithmetic() => IsOnGpu ? CudaArithmetic.Enter(context.Precision == Precision.Tf32) : null;
}
