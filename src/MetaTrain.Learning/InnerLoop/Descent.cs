using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>What an optimizer adds to the coordinates, given their gradient: both [T, P]. It may remember earlier gradients.</summary>
internal delegate Tensor CoordinateUpdate(Tensor gradient);

/// <summary>An optimizer at work, without a graph.</summary>
internal static class Descent
{
    /// <summary>Takes steps.</summary>
    /// <param name="start">[T, P].</param>
    /// <param name="steps">How many.</param>
    /// <param name="slope">Losses [T] and gradient [T, P] at a place.</param>
    /// <param name="update">The optimizer, with nothing in its memory.</param>
    /// <param name="observe">Told the losses before each step, and after the last.</param>
    /// <returns>[T, P].</returns>
    public static Tensor Run(
        Tensor start, int steps, Func<Tensor, (Tensor Losses, Tensor Gradient)> slope, CoordinateUpdate update, Action<Tensor>? observe = null)
    {
        var theta = start;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var (losses, gradient) = slope(theta);
            observe?.Invoke(losses);
            var next = Ops.Add(theta, update(gradient)).MoveToOuterDisposeScope();
            if (step > 0)
            {
                theta.Dispose();
            }

            theta = next;
        }

        observe?.Invoke(slope(theta).Losses);
        return theta;
    }

    /// <summary>Plain gradient descent.</summary>
    public static CoordinateUpdate Sgd(double learningRate) => gradient => Ops.Scale(gradient, -learningRate);

    /// <summary>RMSProp (Tieleman and Hinton 2012): the gradient over the root of its running mean square.</summary>
    public static CoordinateUpdate RmsProp(double learningRate, double decay = 0.99, double epsilon = 1e-8)
    {
        Tensor? square = null;
        return gradient =>
        {
            square = Average(square, Ops.Square(gradient), decay);
            return Ops.Scale(Ops.Divide(gradient, Ops.Add(Ops.Sqrt(square), epsilon)), -learningRate);
        };
    }

    /// <summary>Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1).</summary>
    public static CoordinateUpdate Adam(double learningRate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        var (step, mean, square) = (0, (Tensor?)null, (Tensor?)null);
        return gradient =>
        {
            step++;
            mean = Average(mean, gradient, beta1);
            square = Average(square, Ops.Square(gradient), beta2);
            var root = Ops.Sqrt(Ops.Scale(square, 1 / (1 - Episodes.PortableMath.Power(beta2, step))));
            return Ops.Scale(Ops.Divide(mean, Ops.Add(root, epsilon)), -learningRate / (1 - Episodes.PortableMath.Power(beta1, step)));
        };
    }

    private static Tensor Average(Tensor? old, Tensor fresh, double decay)
    {
        var share = Ops.Scale(fresh, 1 - decay);
        return (old is null ? share : Ops.Add(share, old, decay)).MoveToOuterDisposeScope();
    }
}
