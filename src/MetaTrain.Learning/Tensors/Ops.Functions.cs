using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

public static partial class Ops
{
    /// <summary>1 / (1 + exp(-x)).</summary>
    public static Tensor Sigmoid(Tensor x) => x.sigmoid();

    /// <summary>x where it is positive, slope * x elsewhere.</summary>
    public static Tensor LeakyRelu(Tensor x, double slope = 0.01) => Add(Scale(Relu(x), 1 - slope), x, slope);

    /// <summary>log(1 + exp(x)), from single operations so that it is differentiable as often as wanted and never overflows.</summary>
    /// <remarks>-|x| is x - 2 max(0, x), which has the right slope at 0 too, and every device has it.</remarks>
    public static Tensor Softplus(Tensor x) => Add(Relu(x), Add(Add(x, Relu(x), -2).exp(), 1).log());

    /// <summary>e to the x.</summary>
    public static Tensor Exp(Tensor x) => x.exp();

    /// <summary>The natural logarithm.</summary>
    public static Tensor Log(Tensor x) => x.log();

    /// <summary>Minus x.</summary>
    public static Tensor Negate(Tensor x) => x.neg();

    /// <summary>|x|, with the gradient 0 at 0; libtorch's own is not on every device.</summary>
    public static Tensor Abs(Tensor x) => x.device_type == DeviceType.CPU ? x.abs() : Add(Relu(x), Relu(Negate(x)));

    /// <summary>The softmax over the last dimension.</summary>
    public static Tensor Softmax(Tensor x) => LogSoftmax(x).exp();

    /// <summary>The vectors of the last dimension at length 1; a vector of nothing stays one.</summary>
    public static Tensor Normalize(Tensor x, double epsilon = 1e-12) => Multiply(x, Add(Sum(Square(x), -1, keepDimension: true), epsilon).rsqrt());

    /// <summary>
    /// Batch normalisation as <see cref="BatchNormRelu"/>, without the ReLU: over all dimensions between the first and the last.
    /// </summary>
    /// <param name="x">[T, N, ..., C].</param>
    /// <param name="weight">[T or 1, C].</param>
    /// <param name="bias">[T or 1, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Tensor BatchNorm(Tensor x, Tensor weight, Tensor bias, double epsilon = 1e-5)
    {
        var shape = x.shape;
        var y_TMC = BatchNormPrimitives.Standardize(x.reshape(shape[0], -1, shape[^1]), epsilon);
        return AddProduct(bias.unsqueeze(1), y_TMC, weight.unsqueeze(1)).reshape(shape);
    }
}
