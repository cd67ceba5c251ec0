// x = (I + H / (lambda + damping))^-1 b, with H the Hessian of the support loss at phi: conjugate gradients on one task, with the arithmetic and the
// rules of InnerLoop/ConjugateGradient.cs, which does the same to a block of tensors.
using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>The gradient through the minimum of a support loss with a proximal term. Its memory is used again for the next task; one thread at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">What is adapted.</param>
/// <param name="rule">The proximal term, and how many steps.</param>
internal sealed unsafe class ImplicitGradient<T>(FusedNetwork<T> network, ProximalRule rule)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _direction = new(network);
    private readonly NativeBuffer<T> _residual = new(network.PackedLength);
    private readonly NativeBuffer<T> _product = new(network.PackedLength);

    /// <summary>Solves, in place.</summary>
    /// <param name="x">b, packed; what has been reached takes its place.</param>
    /// <param name="traces">With the support set's pass, forward and back, at <paramref name="phi"/>.</param>
    /// <param name="phi">The adapted parameters.</param>
    public void Solve(T* x, TaskTraces<T> traces, Weights<T> phi)
    {
        var length = network.PackedLength;
        var b = new ReadOnlySpan<T>(x, length);
        b.CopyTo(_residual.Span);
        b.CopyTo(_direction.Span);
        var squared = VectorKernel<T>.Dot(x, x, length);
        for (var step = 0; step < rule.ConjugateGradientSteps; step++)
        {
            Multiply(traces, phi);
            var curvature = VectorKernel<T>.Dot(_direction.Values, _product.Values, length);

            // Not written the other way round: what is not a number must go on, to be seen in the result.
            if (curvature <= 0 || squared <= 0)
            {
                return;
            }

            var size = T.CreateTruncating(squared / curvature);
            if (step == 0)
            {
                VectorKernel<T>.Scale(size, _direction.Values, x, length);
            }
            else
            {
                VectorKernel<T>.Add(x, size, _direction.Values, x, length);
            }

            VectorKernel<T>.Add(_residual.Values, -size, _product.Values, _residual.Values, length);
            var next = VectorKernel<T>.Dot(_residual.Values, _residual.Values, length);
            VectorKernel<T>.Add(_residual.Values, T.CreateTruncating(next / squared), _direction.Values, _direction.Values, length);
            squared = next;
        }
    }

    /// <summary>The matrix times the direction.</summary>
    private void Multiply(TaskTraces<T> traces, Weights<T> phi)
    {
        _direction.Changed();
        _product.Span.Clear();
        traces.AddHessianProduct(phi, _direction, step: 0, _product.Values);
        VectorKernel<T>.Add(
            _direction.Values, T.CreateChecked(1 / (rule.Strength + rule.Damping)), _product.Values, _product.Values, network.PackedLength);
    }
}
