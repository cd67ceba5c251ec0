using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>A layer that knows its own gradient and the tangents of both, so that no graph is built.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="output">The shape of what it gives.</param>
internal abstract class FusedLayer<T>(NodeShape output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The shape of what it gives.</summary>
    public NodeShape Output { get; } = output;

    /// <summary>True when it writes its output over its input.</summary>
    public virtual bool IsInPlace => false;

    /// <summary>True when its input's gradient, or the tangent of that, may be written over its output's.</summary>
    public virtual bool MayOverwriteGradient => false;

    /// <summary>The layer for a batch of fixed size.</summary>
    /// <param name="input">Where its input lies.</param>
    /// <param name="output">Where its output goes.</param>
    public abstract Stage<T> Bind(Node<T> input, Node<T> output);
}

/// <summary>
/// A layer bound to the nodes of a trace. A backward pass adds parameter gradients to what is there; a tangent pass follows a forward and a
/// backward pass with the same weights.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract unsafe class Stage<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Input value to output value.</summary>
    public abstract void Forward(Weights<T> weights);

    /// <summary>Gradient of the output to that of the input, and to the parameters' gradients.</summary>
    /// <param name="weights">Those of the forward pass.</param>
    /// <param name="gradient">Packed; added to.</param>
    public abstract void Backward(Weights<T> weights, T* gradient);

    /// <summary>Tangent of the input, and a direction of the weights, to the tangent of the output.</summary>
    /// <param name="weights">Those of the forward pass.</param>
    /// <param name="direction">Along what.</param>
    public abstract void TangentForward(Weights<T> weights, Weights<T> direction);

    /// <summary>Tangent of the output's gradient to that of the input's, and to the tangents of the parameters' gradients.</summary>
    /// <param name="weights">Those of the forward pass.</param>
    /// <param name="direction">Along what.</param>
    /// <param name="tangent">Packed; added to.</param>
    public abstract void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent);
}
