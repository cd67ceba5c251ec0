using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// One pass of a batch of examples through a network: the values between its layers, their gradients and the tangents of both. Passes come in
/// the order forward, backward, tangent forward, tangent backward. Its memory is used again and again; one thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Trace<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Stage<T>[] _stages;

    /// <summary>A trace.</summary>
    /// <param name="network">Through which network.</param>
    /// <param name="examples">N.</param>
    /// <param name="parts">What is kept of its nodes.</param>
    /// <param name="lent">
    /// Memory for what lies between its layers and is not needed while another trace uses it; null for memory of its own. Input and output
    /// are always its own.
    /// </param>
    public Trace(FusedNetwork<T> network, int examples, NodeParts parts, LentMemory<T>? lent = null)
    {
        // Nothing is differentiated with respect to data, and features have no tangent: the first node keeps no more than is used.
        Input = Node<T>.Create(network.Input, examples, network.Gather is null ? parts : NodeParts.Value);
        _stages = new Stage<T>[network.Layers.Count];
        var last = Array.FindLastIndex([.. network.Layers], layer => !layer.IsInPlace);
        var (input, memory) = (Input, default(NodeMemory<T>));
        for (var layer = 0; layer < _stages.Length; layer++)
        {
            var output = input;
            if (!network.Layers[layer].IsInPlace)
            {
                memory = Memory(network.Layers[layer], examples, parts, memory, layer == last ? null : lent, layer);
                output = new Node<T>(network.Layers[layer].Output, examples, memory);
            }

            _stages[layer] = network.Layers[layer].Bind(input, output);
            input = output;
        }

        Output = input;
    }

    /// <summary>What the first layer reads.</summary>
    public Node<T> Input { get; }

    /// <summary>What the last layer gives.</summary>
    public Node<T> Output { get; }

    /// <summary>From <see cref="Input"/> to <see cref="Output"/>.</summary>
    public void Forward(Weights<T> weights)
    {
        foreach (var stage in _stages)
        {
            stage.Forward(weights);
        }
    }

    /// <summary>From the output's gradient to the parameters'.</summary>
    /// <param name="weights">Those of the forward pass.</param>
    /// <param name="gradient">Packed; added to.</param>
    public void Backward(Weights<T> weights, T* gradient)
    {
        for (var stage = _stages.Length - 1; stage >= 0; stage--)
        {
            _stages[stage].Backward(weights, gradient);
        }
    }

    /// <summary>From a direction of the weights to the output's tangent.</summary>
    public void TangentForward(Weights<T> weights, Weights<T> direction)
    {
        foreach (var stage in _stages)
        {
            stage.TangentForward(weights, direction);
        }
    }

    /// <summary>From the tangent of the output's gradient to that of the parameters' gradients.</summary>
    /// <param name="weights">Those of the forward pass.</param>
    /// <param name="direction">That of the tangents.</param>
    /// <param name="tangent">Packed; added to.</param>
    public void TangentBackward(Weights<T> weights, Weights<T> direction, T* tangent)
    {
        for (var stage = _stages.Length - 1; stage >= 0; stage--)
        {
            _stages[stage].TangentBackward(weights, direction, tangent);
        }
    }

    private static NodeMemory<T> Memory(
        FusedLayer<T> layer, int examples, NodeParts parts, NodeMemory<T>? before, LentMemory<T>? lent, int index)
    {
        var (gradient, tangents) = (parts.HasFlag(NodeParts.Gradient), parts.HasFlag(NodeParts.Tangents));

        // What a gradient is, the tangent of the gradient is where tangents are kept: the gradient itself is read again then.
        var overwritten = !layer.MayOverwriteGradient ? null : tangents ? before?.GradientTangent : before?.Gradient;
        if (lent is null || !gradient)
        {
            return new NodeMemory<T>(
                New(), !gradient ? null : tangents ? New() : overwritten ?? New(), tangents ? New() : null, tangents ? overwritten ?? New() : null);
        }

        var (first, second) = lent.Of(index, layer.Output, overwritten);
        return tangents ? new NodeMemory<T>(New(), New(), first, second) : new NodeMemory<T>(first, second);

        NativeBuffer<T> New() => new(layer.Output.Length<T>(examples));
    }
}
