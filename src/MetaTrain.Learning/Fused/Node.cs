using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>The size of what passes between two layers: pixels of an example (1 where there are no images) and channels of a pixel.</summary>
internal readonly record struct NodeShape(int Pixels, int Channels)
{
    /// <summary>Values of so many examples, with the padding after each pixel's channels.</summary>
    public long Length<T>(int examples)
        where T : unmanaged, IFloatingPointIeee754<T> => (long)examples * Pixels * Simd<T>.Stride(Channels);
}

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
/// <param name="shape">Pixels and channels.</param>
/// <param name="examples">N.</param>
/// <param name="memory">Where its parts lie.</param>
internal sealed unsafe class Node<T>(NodeShape shape, int examples, NodeMemory<T> memory)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Pixels and channels.</summary>
    public NodeShape Shape { get; } = shape;

    /// <summary>N.</summary>
    public int Examples { get; } = examples;

    /// <summary>Values from one row to the next.</summary>
    public int Stride { get; } = Simd<T>.Stride(shape.Channels);

    /// <summary>N times pixels.</summary>
    public int Rows => Examples * Shape.Pixels;

    /// <summary>Values of each part.</summary>
    public long Length => Shape.Length<T>(Examples);

    /// <summary>Pixels and stride, as a schedule wants them.</summary>
    public (int Pixels, int Stride) Geometry => (Shape.Pixels, Stride);

    public T* Value => memory.Value.Values;

    public T* Gradient => memory.Gradient is null ? null : memory.Gradient.Values;

    public T* Tangent => memory.Tangent is null ? null : memory.Tangent.Values;

    public T* GradientTangent => memory.GradientTangent is null ? null : memory.GradientTangent.Values;

    /// <summary>A node of zeros with memory of its own.</summary>
    public static Node<T> Create(NodeShape shape, int examples, NodeParts parts)
    {
        var tangents = parts.HasFlag(NodeParts.Tangents);
        return new Node<T>(shape, examples, new NodeMemory<T>(
            New(), parts.HasFlag(NodeParts.Gradient) ? New() : null, tangents ? New() : null, tangents ? New() : null));

        NativeBuffer<T> New() => new(shape.Length<T>(examples));
    }
}
