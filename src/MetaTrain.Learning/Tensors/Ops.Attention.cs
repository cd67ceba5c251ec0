using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>The logarithm of the sum of exp(x) over the last dimension, which never overflows; minus infinity counts as nothing.</summary>
    /// <remarks>From single operations, which every device has; the greatest value is taken as a constant, which changes no gradient.</remarks>
    public static Tensor LogSumExp(Tensor x)
    {
        var greatest = x.detach().amax([-1], keepdim: true);
        return Add(Log(Sum(Exp(Subtract(x, greatest)), -1)), greatest.squeeze(-1));
    }

    /// <summary>What each query reads from a memory: its values weighted by the softmax of the keys' products with the query.</summary>
    /// <param name="queries">[T, Q, F].</param>
    /// <param name="memory">[T, S, F], keys and values in one.</param>
    /// <returns>[T, Q, F].</returns>
    public static Tensor Read(Tensor queries, Tensor memory) => Softmax(queries.bmm(memory.transpose(1, 2))).bmm(memory);
}
