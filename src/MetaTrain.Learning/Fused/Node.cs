using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>The size of what passes between two layers: pixels of an example (1 where there are no images) and channels of a pixel.</summary>
internal readonly record struct NodeShape(int Pixels, int Channels);

/// <summary>What a trace keeps of a value that passes between layers.</summary>
[Flags]
internal enum NodeParts
{
    /// <summary>The value alone.</summary>
    Value = 0,

    /// <summary>The gradient of the loss with respect to it, too.</summary>
    Gradient = 1,

    /// <summary>The tangents of both, too.</summary>
    Tangents = 2,
}

/// <summary>A value between two layers for a batch of examples, with its gradient and the tangents of both: rows [examples, pixels] of channels.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Node<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NativeBuffer<T> _value;
    private readonly NativeBuffer<T>? _gradient;
    private readonly NativeBuffer<T>? _tangent;
    private readonly NativeBuffer<T>? _gradientTangent;

    /// <summary>A node of zeros.</summary>
    /// <param name="shape">Pixels and channels.</param>
    /// <param name="examples">N.</param>
    /// <param name="parts">What is kept.</param>
    public Node(NodeShape shape, int examples, NodeParts parts)
    {
        (Shape, Examples, Stride) = (shape, examples, Simd<T>.Stride(shape.Channels));
        var length = (long)examples * shape.Pixels * Stride;
        _value = new NativeBuffer<T>(length);
        _gradient = parts.HasFlag(NodeParts.Gradient) ? new NativeBuffer<T>(length) : null;
        _tangent = parts.HasFlag(NodeParts.Tangents) ? new NativeBuffer<T>(length) : null;
        _gradientTangent = parts.HasFlag(NodeParts.Tangents) ? new NativeBuffer<T>(length) : null;
    }

    /// <summary>Pixels and channels.</summary>
    public NodeShape Shape { get; }

    /// <summary>N.</summary>
    public int Examples { get; }

    /// <summary>Values from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>N times pixels.</summary>
    public int Rows => Examples * Shape.Pixels;

    /// <summary>Values of each part.</summary>
    public long Length => _value.Length;

    /// <summary>Memory of all parts.</summary>
    public long Bytes => Length * sizeof(T) * (1 + (_gradient is null ? 0 : 1) + (_tangent is null ? 0 : 2));

    /// <summary>Pixels and stride, as a schedule wants them.</summary>
    public (int Pixels, int Stride) Geometry => (Shape.Pixels, Stride);

    public T* Value => _value.Values;

    public T* Gradient => _gradient is null ? null : _gradient.Values;

    public T* Tangent => _tangent is null ? null : _tangent.Values;

    public T* GradientTangent => _gradientTangent is null ? null : _gradientTangent.Values;

    /// <inheritdoc/>
    public void Dispose()
    {
        _value.Dispose();
        _gradient?.Dispose();
        _tangent?.Dispose();
        _gradientTangent?.Dispose();
    }
}
