using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>A fully connected layer, each task with its own weights or all with the same.</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="weight">[T or 1, O, D], as PyTorch lays it out.</param>
    /// <param name="bias">[T or 1, O].</param>
    /// <returns>[T, N, O].</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias) => TaskMatrixProduct(x, weight.transpose(1, 2), bias);

    /// <summary>The fully connected layer of a name: its <c>NAME.weight</c> [O, D] and <c>NAME.bias</c> [O].</summary>
    /// <param name="x">[T, N, D].</param>
    /// <param name="parameters">At least the layer's two.</param>
    /// <param name="layer">The layer's name.</param>
    /// <returns>[T, N, O].</returns>
    public static Tensor Linear(Tensor x, ParameterSet parameters, string layer) =>
        Linear(x, parameters[$"{layer}.weight"], parameters[$"{layer}.bias"]);

    /// <summary>
    /// Batch normalisation with the statistics of each task's own batch (Ioffe and Szegedy 2015; no running averages, as in MAML),
    /// scaled and shifted by each channel's weight and bias, then ReLU.
    /// </summary>
    /// <param name="x">[T, N, ..., C]: normalised over all dimensions between the first and the last.</param>
    /// <param name="weight">[T or 1, C].</param>
    /// <param name="bias">[T or 1, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Tensor BatchNormRelu(Tensor x, Tensor weight, Tensor bias, double epsilon = 1e-5)
    {
        var shape = x.shape;
        var x_TMC = x.reshape(shape[0], -1, shape[^1]);
        var output_TMC = TensorMemory.Reaches(x)
            ? Tensors.BatchNormRelu.Apply(x_TMC, ExpandTasks(weight, shape[0]), ExpandTasks(bias, shape[0]), epsilon)
            : BatchNormPrimitives.Forward(x_TMC, weight, bias, epsilon);
        return output_TMC.reshape(shape);
    }

    /// <summary>x times matrix plus bias, task by task; where tasks share the matrix, one product for all of them.</summary>
    /// <param name="x">[T, M, K].</param>
    /// <param name="matrix">[T or 1, K, O].</param>
    /// <param name="bias">[T or 1, O].</param>
    private static Tensor TaskMatrixProduct(Tensor x, Tensor matrix, Tensor bias)
    {
        var (tasks, rows) = (x.shape[0], x.shape[1]);
        if (matrix.shape[0] == 1 && tasks > 1)
        {
            var folded = x.reshape(tasks * rows, x.shape[2]);
            var product = ProductPrecision.IsNarrow
                ? Add(ProductPrecision.Widen(ProductPrecision.Narrow(folded).mm(ProductPrecision.Narrow(matrix.squeeze(0))), bias), bias)
                : bias.addmm(folded, matrix.squeeze(0));
            return product.reshape(tasks, rows, -1);
        }

        if (ProductPrecision.IsNarrow)
        {
            return Add(ProductPrecision.Widen(ProductPrecision.Narrow(x).bmm(ProductPrecision.Narrow(matrix)), bias), bias.unsqueeze(1));
        }

        // TorchSharp 0.107 hands baddbmm's operands on in another order than it names them: batch, batch, what is added.
        return x.baddbmm(matrix, bias.unsqueeze(1));
    }
}
