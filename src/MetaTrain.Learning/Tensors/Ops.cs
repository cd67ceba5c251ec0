using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// The tensor operations of this library, safe under garbage collection: every number that libtorch reads is held for the life of the
/// process (see <see cref="HeldScalars"/>). Write models and losses with these instead of TorchSharp's operators (<c>a + b</c>,
/// <c>x * 0.1</c>), which make temporaries that the collector may free while libtorch reads them; and run them inside a dispose scope,
/// which keeps the tensors alive. All are differentiable as often as wanted.
/// </summary>
/// <remarks>Shapes: T tasks, N examples, D values an input, O outputs. A parameter's leading dimension is T, or 1 where tasks share it.</remarks>
public static partial class Ops
{
    /// <summary>a + b, broadcast.</summary>
    public static Tensor Add(Tensor a, Tensor b) => a.add(b, HeldScalars.One);

    /// <summary>a + factor * b, broadcast.</summary>
    public static Tensor Add(Tensor a, Tensor b, double factor) => a.add(b, HeldScalars.Of(factor));

    /// <summary>a + number.</summary>
    public static Tensor Add(Tensor a, double number) => a.add(HeldScalars.Of(number), HeldScalars.One);

    /// <summary>a - b, broadcast.</summary>
    public static Tensor Subtract(Tensor a, Tensor b) => a.add(b, HeldScalars.MinusOne);

    /// <summary>a * b, element by element, broadcast.</summary>
    public static Tensor Multiply(Tensor a, Tensor b) => a.mul(b);

    /// <summary>number * a.</summary>
    public static Tensor Scale(Tensor a, double number) => a.mul(HeldScalars.Of(number));

    /// <summary>a / b, element by element, broadcast.</summary>
    public static Tensor Divide(Tensor a, Tensor b) => a.div(b);

    /// <summary>a * a, element by element.</summary>
    public static Tensor Square(Tensor a) => a.mul(a);

    /// <summary>start + a * b, element by element, broadcast, in one pass.</summary>
    public static Tensor AddProduct(Tensor start, Tensor a, Tensor b) => start.addcmul(a, b, HeldScalars.One);

    /// <summary>max(0, x).</summary>
    /// <remarks>Elsewhere than on the processor by libtorch's more general function with the same values and gradients, which every device has.</remarks>
    public static Tensor Relu(Tensor x) => x.device_type == DeviceType.CPU ? x.relu() : Threshold(x);

    /// <summary>The hyperbolic tangent.</summary>
    public static Tensor Tanh(Tensor x) => x.tanh();

    /// <summary>The sum over one dimension.</summary>
    public static Tensor Sum(Tensor x, int dimension, bool keepDimension = false) => x.sum(dimension, keepDimension);

    /// <summary>The sum of all elements.</summary>
    public static Tensor Sum(Tensor x) => x.sum();

    /// <summary>The mean over one dimension.</summary>
    public static Tensor Mean(Tensor x, int dimension, bool keepDimension = false) => Scale(Sum(x, dimension, keepDimension), 1.0 / x.shape[Position(x, dimension)]);

    /// <summary>The logarithm of the softmax over the last dimension.</summary>
    public static Tensor LogSoftmax(Tensor x) => special.log_softmax(x, -1);

    /// <summary>All dimensions after <paramref name="kept"/> joined into one.</summary>
    public static Tensor Flatten(Tensor x, int kept = 2) => x.reshape([.. x.shape.AsSpan(0, kept), -1]);

    /// <summary>The first dimension repeated: [1, ...] seen as [tasks, ...], without a copy.</summary>
    public static Tensor ExpandTasks(Tensor x, long tasks)
    {
        var shape = (long[])x.shape.Clone();
        shape[0] = tasks;
        return x.expand(shape);
    }

    /// <summary>x where it is greater than 0, else 0.</summary>
    internal static Tensor Threshold(Tensor x) => x.threshold(HeldScalars.Of(0), HeldScalars.Of(0));

    private static int Position(Tensor x, int dimension) => dimension < 0 ? (int)x.Dimensions + dimension : dimension;
}
