using System.Numerics;

namespace MetaTrain.Learning.Blocks;

/// <summary>A method on its model, as the computation of whole blocks. Safe for concurrent use.</summary>
/// <typeparam name="T">float, or double where exactness is tested.</typeparam>
internal interface IBlockProgram<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The summed meta-gradient of a block of tasks.</summary>
    /// <param name="iteration">The meta-iteration, for methods that look at it.</param>
    /// <param name="parameters">[P], in the order of the method's layout.</param>
    /// <param name="episodes">The block.</param>
    BlockGradient<T> Train(long iteration, ReadOnlySpan<T> parameters, BlockData<T> episodes);

    /// <summary>About how many bytes a training block takes; null where the machine does not tell.</summary>
    /// <param name="parameters">[P].</param>
    /// <param name="episodes">The block.</param>
    long? EstimateBytes(ReadOnlySpan<T> parameters, BlockData<T> episodes);

    /// <summary>Answers the queries of each task after adapting to its support set.</summary>
    /// <param name="parameters">[P].</param>
    /// <param name="episodes">The block.</param>
    /// <param name="steps">After how many inner steps, rising; a method without inner steps ignores them.</param>
    /// <param name="transductive">False shows the model each query example with the support set alone.</param>
    /// <returns>For each number of steps, [T, Q, O].</returns>
    IReadOnlyList<T[]> Predict(ReadOnlySpan<T> parameters, BlockData<T> episodes, IReadOnlyList<int> steps, bool transductive);
}
