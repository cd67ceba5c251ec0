using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Labelled examples of each task of a block.</summary>
/// <param name="Inputs">[T, N, input...].</param>
/// <param name="Targets">[T, N, O]: regression targets, or the labels one-hot.</param>
public sealed record Examples(Tensor Inputs, Tensor Targets)
{
    /// <summary>[T, C, V]: what is told of each class; null where nothing is.</summary>
    public Tensor? Descriptions { get; init; }

    /// <summary>T.</summary>
    public long Tasks => Inputs.shape[0];

    /// <summary>Those of one task alone, as a block of one.</summary>
    public Examples Only(int task) =>
        new(Inputs.narrow(0, task, 1), Targets.narrow(0, task, 1)) { Descriptions = Descriptions?.narrow(0, task, 1) };

    /// <summary>Those at some places, the same of each task: what an inner step sees of a support set.</summary>
    /// <param name="at">[M]: from 0 to below N.</param>
    public Examples At(Tensor at) => this with { Inputs = Inputs.index_select(1, at), Targets = Targets.index_select(1, at) };
}

/// <summary>The episodes of a block as tensors.</summary>
/// <param name="Support">To adapt to.</param>
/// <param name="Query">To be judged on.</param>
public sealed record TaskBatch(Examples Support, Examples Query)
{
    /// <summary>One task alone, as a block of one.</summary>
    public TaskBatch Only(int task) => new(Support.Only(task), Query.Only(task));
}
