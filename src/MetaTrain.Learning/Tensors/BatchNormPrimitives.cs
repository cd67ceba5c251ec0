using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>Batch normalisation from single operations: for devices that the kernels cannot reach, for derivatives beyond the second, and to test the kernels against.</summary>
internal static class BatchNormPrimitives
{
    /// <summary>y of each task's batch.</summary>
    /// <param name="x">[T, M, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Standardize(Tensor x, double epsilon)
    {
        var centered_TMC = Ops.Subtract(x, Ops.Mean(x, 1, keepDimension: true));
        var variance_T1C = Ops.Mean(Ops.Square(centered_TMC), 1, keepDimension: true);
        return Ops.Multiply(centered_TMC, Ops.Add(variance_T1C, epsilon).rsqrt());
    }

    /// <summary>max(0, w y + b), with [T or 1, C] weights and biases.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor bias, double epsilon) =>
        Ops.Relu(Ops.AddProduct(bias.unsqueeze(1), Standardize(x, epsilon), weight.unsqueeze(1)));

    /// <summary>The gradients of g, x and w: the product of the given gradients with dx, dw and db, differentiated by libtorch.</summary>
    /// <param name="gradients">Those of dx, dw and db.</param>
    /// <param name="inputs">g, x, w, b.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static IList<Tensor> DoubleBackward(List<Tensor> gradients, List<Tensor> inputs, double epsilon)
    {
        // Views of their own: g itself comes from x and w, but here each is differentiated by alone.
        var (g, x, weight, bias) = (View(inputs[0]), View(inputs[1]), View(inputs[2]), inputs[3]);
        var y = Standardize(x, epsilon);
        var mask = Ops.AddProduct(bias.unsqueeze(1), y, weight.unsqueeze(1)).detach().gt(HeldScalars.Of(0)).to_type(x.dtype);
        var masked = Ops.Multiply(g, mask);
        var centered = Ops.Subtract(x, Ops.Mean(x, 1, keepDimension: true));
        var inverse = Ops.Add(Ops.Mean(Ops.Square(centered), 1, keepDimension: true), epsilon).rsqrt();
        var alongY = Ops.Multiply(y, Ops.Mean(Ops.Multiply(masked, y), 1, keepDimension: true));
        var direction = Ops.Subtract(Ops.Subtract(masked, Ops.Mean(masked, 1, keepDimension: true)), alongY);
        var dx = Ops.Multiply(Ops.Multiply(inverse, weight.unsqueeze(1)), direction);
        var total = Ops.Add(
            Ops.Sum(Ops.Multiply(gradients[0], dx)),
            Ops.Add(
                Ops.Sum(Ops.Multiply(gradients[1], Ops.Sum(Ops.Multiply(masked, y), 1))),
                Ops.Sum(Ops.Multiply(gradients[2], Ops.Sum(masked, 1)))));

        // Only what requires a gradient may be asked for: an error inside autograd.grad would end the process.
        Tensor[] sources = [g, x, weight];
        var wanted = sources.Where(source => source.requires_grad).ToArray();
        var found = autograd.grad([total], wanted, retain_graph: true, create_graph: true);
        return [.. sources.Select(source => Array.IndexOf(wanted, source) is var at and >= 0 ? found[at] : null!)];
    }
    private static Tensor View(Tensor tensor) => tensor.expand(tensor.shape);
}
