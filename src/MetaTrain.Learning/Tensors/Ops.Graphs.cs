using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>A fully connected layer without a bias, for one that a batch normalisation would take away again.</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="weight">[T or 1, O, D], as PyTorch lays it out.</param>
    /// <returns>[T, N, O].</returns>
    public static Tensor Linear(Tensor x, Tensor weight) => Linear(x, weight, zeros([1, weight.shape[1]], x.dtype, x.device));

    /// <summary>The rows of a dimension in another order, any number of times each.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="dimension">Which dimension.</param>
    /// <param name="indices">What stands at each place of the result.</param>
    public static Tensor Pick(Tensor x, int dimension, long[] indices) => x.index_select(dimension, tensor(indices).to(x.device));
}
