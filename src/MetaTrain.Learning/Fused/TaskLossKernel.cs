// z predictions, t targets, N examples, O outputs, s = 1 / N for the mean over examples, 1 for their sum.
// Cross entropy: L = -s sum_n log p_n[label],  p = softmax(z);  dz = s (p - t);  along z': dz' = s p (z' - sum_o p z').
// Squared error: L = s sum_n mean_o (z - t)^2;  dz = 2 s (z - t) / O;  dz' = 2 s z' / O.
using System.Numerics;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Fused;

/// <summary>Which loss a fused program computes.</summary>
internal enum FusedLoss
{
    /// <summary>The negative log-likelihood of the label under the softmax.</summary>
    CrossEntropy,

    /// <summary>The squared error, averaged over the values of a target.</summary>
    SquaredError,
}

/// <summary>A task's loss, its gradient and the gradient's tangent, over rows of predictions. Sums and exponentials are taken in double.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="loss">Which.</param>
/// <param name="examples">N.</param>
/// <param name="outputs">O.</param>
/// <param name="stride">Values from one row of predictions to the next.</param>
/// <param name="isSum">True for the sum over examples, false for their mean.</param>
internal readonly unsafe struct TaskLossKernel<T>(FusedLoss loss, int examples, int outputs, int stride, bool isSum)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private double Share => isSum ? 1.0 : 1.0 / examples;

    /// <summary>The loss; writes its gradient.</summary>
    /// <param name="z">Predictions.</param>
    /// <param name="targets">[N, O]: values, or labels one-hot.</param>
    /// <param name="gradient">dz.</param>
    public double Gradient(T* z, ReadOnlySpan<T> targets, T* gradient)
    {
        var total = 0.0;
        Span<double> p = stackalloc double[Math.Min(outputs, 1024)];
        p = outputs > p.Length ? new double[outputs] : p;
        for (var row = 0; row < examples; row++, z += stride, gradient += stride)
        {
            var target = targets.Slice(row * outputs, outputs);
            if (loss == FusedLoss.SquaredError)
            {
                total += SquaredError(z, target, gradient);
                continue;
            }

            var log = Softmax(z, p);
            for (var o = 0; o < outputs; o++)
            {
                var share = double.CreateTruncating(target[o]);
                total -= share == 0 ? 0 : share * (double.CreateTruncating(z[o]) - log);
                gradient[o] = T.CreateTruncating(Share * (p[o] - share));
            }
        }

        return total * Share;
    }

    /// <summary>Writes the tangent of the gradient.</summary>
    /// <param name="z">Predictions.</param>
    /// <param name="along">z'.</param>
    /// <param name="tangent">dz'.</param>
    public void Tangent(T* z, T* along, T* tangent)
    {
        Span<double> p = stackalloc double[Math.Min(outputs, 1024)];
        p = outputs > p.Length ? new double[outputs] : p;
        for (var row = 0; row < examples; row++, z += stride, along += stride, tangent += stride)
        {
            var mean = 0.0;
            if (loss == FusedLoss.CrossEntropy)
            {
                Softmax(z, p);
                for (var o = 0; o < outputs; o++)
                {
                    mean += p[o] * double.CreateTruncating(along[o]);
                }
            }

            for (var o = 0; o < outputs; o++)
            {
                var value = double.CreateTruncating(along[o]);
                tangent[o] = T.CreateTruncating(loss == FusedLoss.CrossEntropy ? Share * p[o] * (value - mean) : 2 * Share / outputs * value);
            }
        }
    }

    private double SquaredError(T* z, ReadOnlySpan<T> target, T* gradient)
    {
        var sum = 0.0;
        for (var o = 0; o < outputs; o++)
        {
            var difference = double.CreateTruncating(z[o]) - double.CreateTruncating(target[o]);
            sum += difference * difference;
            gradient[o] = T.CreateTruncating(2 * Share / outputs * difference);
        }

        return sum / outputs;
    }

    /// <summary>Writes the softmax; returns the logarithm of the sum of exponentials.</summary>
    private double Softmax(T* z, Span<double> p)
    {
        var greatest = double.NegativeInfinity;
        for (var o = 0; o < outputs; o++)
        {
            greatest = Math.Max(greatest, double.CreateTruncating(z[o]));
        }

        var sum = 0.0;
        for (var o = 0; o < outputs; o++)
        {
            p[o] = PortableMath.Exp(double.CreateTruncating(z[o]) - greatest);
            sum += p[o];
        }

        for (var o = 0; o < outputs; o++)
        {
            p[o] /= sum;
        }

        return greatest + PortableMath.Log(sum);
    }
}
