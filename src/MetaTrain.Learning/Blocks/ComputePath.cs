namespace MetaTrain.Learning.Blocks;

/// <summary>What computes a block; the paths differ in the last bits.</summary>
public enum ComputePath
{
    /// <summary>Layers that bring their own gradients and the tangents of these, task by task, without an autograd graph. On a processor only.</summary>
    Fused,

    /// <summary>libtorch's autograd, all tasks of the block at once: the reference, and the only path of a model or loss of one's own.</summary>
    Autograd,
}
