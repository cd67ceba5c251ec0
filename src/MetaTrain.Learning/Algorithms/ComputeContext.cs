using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>What a computation depends on besides parameters and episodes.</summary>
public sealed record ComputeContext
{
    /// <summary>The meta-iteration, from 0.</summary>
    public long Iteration { get; init; }

    /// <summary>How many meta-iterations the job has.</summary>
    public long Iterations { get; init; } = 1;

    /// <summary>The index in its iteration of the block's first task: what is random of a task depends on its own, and on no block.</summary>
    public int FirstTask { get; init; }

    /// <summary>The job's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>float32 on the cluster, float64 where exactness is tested.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>Where tensors lie; null for the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>What the products of layers are computed in.</summary>
    public Precision Precision { get; init; }
}

/// <summary>How a task is adapted to and its queries are answered.</summary>
public sealed record AdaptContext
{
    /// <summary>Inner steps; null takes the algorithm's own. An algorithm without inner steps ignores it.</summary>
    public int? InnerSteps { get; init; }

    /// <summary>True to normalise a task's query examples together; false to show each to the model with the support set alone.</summary>
    public bool Transductive { get; init; } = true;
}
