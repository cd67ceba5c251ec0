using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaTrain.Learning.Fused;

/// <summary>max(0, x), in place: value and gradients of its input are those of its output afterwards.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="shape">Of input and output.</param>
internal sealed unsafe class ReluLayer<T>(NodeShape shape) : FusedLayer<T>(shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override bool IsInPlace => true;

    /// <inheritdoc/>
    public override Stage<T> Bind(Node<T> input, Node<T> output) => new ReluStage(output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gate(T* gate, T* values, long length)
    {
        for (long at = 0; at < length; at += Vector256<T>.Count)
        {
            Simd<T>.WherePositive(Vector256.Load(gate + at), Vector256.Load(values + at)).Store(values + at);
        }
    }

    private sealed class ReluStage(Node<T> node) : Stage<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(Weights<T> weights)
        {
            for (long at = 0; at < node.Length; at += Vector256<T>.Count)
            {
                Simd<T>.Relu(Vector256.Load(node.Value + at)).Store(node.Value + at);
            }
        }

        public override void Backward(Weights<T> weights, T* gradient) => Gate(node.Value, node.Gradient, node.Length);

        public override void TangentForward(Weights<T> weights, Weights<T> direction) => Gate(node.Value, node.Tangent, node.Length);

        public override void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent) =>
            Gate(node.Value, node.GradientTangent, node.Length);
    }
}
