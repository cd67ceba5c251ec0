using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>A fully connected layer without a bias, for one that a batch normalisation would take away again.</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="weight">[T or 1, O, D], as PyTorch lays it out.</param>
    /// <returns>[T, N, O].</returns>
    public static Tensor Linear(Tensor x, Tensor weight) => Linear(x, weight, zeros([1, weight.shape[1]], x.dtype, x.device));

    /// <summary>
    /// Batch normalisation as <see cref="BatchNormRelu"/> with <see cref="LeakyRelu"/> in place of the ReLU: that of y less slope times that of
    /// minus y, both by the kernels.
    /// </summary>
    /// <param name="x">[T, N, ..., C]: normalised over all dimensions between the first and the last.</param>
    /// <param name="weight">[T or 1, C].</param>
    /// <param name="bias">[T or 1, C].</param>
    /// <param name="slope">What values below 0 are multiplied with.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Tensor BatchNormLeakyRelu(Tensor x, Tensor weight, Tensor bias, double slope = 0.01) =>
        Add(BatchNormRelu(x, weight, bias), BatchNormRelu(x, Negate(weight), Negate(bias)), -slope);

    /// <summary>Rows of the middle dimension in another order, any number of times each.</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="indices">[M]: which row stands at each place.</param>
    /// <returns>[T, M, D].</returns>
    public static Tensor Pick(Tensor x, long[] indices) =>
        x.gather(1, tensor(indices).to(x.device).reshape(1, indices.Length, 1).expand(x.shape[0], indices.Length, x.shape[2]));
}
