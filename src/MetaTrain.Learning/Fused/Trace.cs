using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// One pass of a batch of examples through a network: the values between its layers, their gradients and the tangents of both. Passes come in
/// the order forward, backward, tangent forward, tangent backward. Its memory is used again and again; one thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Trace<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Node<T>> _nodes = [];
    private readonly Stage<T>[] _stages;

    /// <summary>A trace.</summary>
    /// <param name="network">Through which network.</param>
    /// <param name="examples">N.</param>
    /// <param name="parts">What is kept of its nodes.</param>
    public Trace(FusedNetwork<T> network, int examples, NodeParts parts)
    {
        // Nothing is differentiated with respect to data, and features have no tangent: the first node keeps no more than is used.
        Input = Add(network.Input, examples, network.Gather is null ? parts : NodeParts.Value);
        _stages = new Stage<T>[network.Layers.Count];
        var input = Input;
        for (var layer = 0; layer < _stages.Length; layer++)
        {
            var output = network.Layers[layer].IsInPlace ? input : Add(network.Layers[layer].Output, examples, parts);
            _stages[layer] = network.Layers[layer].Bind(input, output);
            input = output;
        }

        Output = input;
    }

    /// <summary>What the first layer reads.</summary>
    public Node<T> Input { get; }

    /// <summary>What the last layer gives.</summary>
    public Node<T> Output { get; }

    /// <summary>Memory of its nodes.</summary>
    public long Bytes => _nodes.Sum(node => node.Bytes);

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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stage in _stages)
        {
            stage.Dispose();
        }

        _nodes.ForEach(node => node.Dispose());
    }

    private Node<T> Add(NodeShape shape, int examples, NodeParts parts)
    {
        _nodes.Add(new Node<T>(shape, examples, parts));
        return _nodes[^1];
    }
}
