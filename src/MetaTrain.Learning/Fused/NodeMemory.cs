using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>Where the parts of a node lie; what is null is not kept.</summary>
internal sealed record NodeMemory<T>(
    NativeBuffer<T> Value, NativeBuffer<T>? Gradient = null, NativeBuffer<T>? Tangent = null, NativeBuffer<T>? GradientTangent = null)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Memory that traces of one network lend each other for what lies between their layers, two parts a node: the tangents of a trace that has
/// them, value and gradient of one that has none. Each use destroys the one before. What a task touches decides whether it fits the cache.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="examples">Of the greatest of the traces.</param>
internal sealed class LentMemory<T>(int examples)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<int, (NativeBuffer<T> First, NativeBuffer<T> Second)> _parts = [];

    /// <summary>The two parts of a node.</summary>
    /// <param name="layer">Which layer gives it.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="overwritten">The second part of the node before, where this node's may lie in the same place.</param>
    public (NativeBuffer<T> First, NativeBuffer<T> Second) Of(int layer, NodeShape shape, NativeBuffer<T>? overwritten)
    {
        if (!_parts.TryGetValue(layer, out var parts))
        {
            parts = (New(), overwritten ?? New());
            _parts.Add(layer, parts);
        }

        return parts;

        NativeBuffer<T> New() => new(shape.Length<T>(examples));
    }
}
