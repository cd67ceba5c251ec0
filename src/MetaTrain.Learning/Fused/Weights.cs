using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>Values for every parameter of a network, packed as its layers want them, with the transposed matrices that its gradients need.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Whose parameters.</param>
internal sealed unsafe class Weights<T>(FusedNetwork<T> network)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NativeBuffer<T> _values = new(network.PackedLength);
    private readonly NativeBuffer<T> _transposed = new(network.TransposedLength);
    private bool _isTransposed;

    /// <summary>The packed parameters.</summary>
    public T* Values => _values.Values;

    /// <summary>The packed parameters.</summary>
    public Span<T> Span => _values.Span;

    /// <summary>The transposed weights, computed when they are first asked for after a change.</summary>
    public T* Transposed
    {
        get
        {
            if (!_isTransposed)
            {
                network.Transpose(Values, _transposed.Values);
                _isTransposed = true;
            }

            return _transposed.Values;
        }
    }

    /// <summary>To be called after a change of the values.</summary>
    public void Changed() => _isTransposed = false;
}
