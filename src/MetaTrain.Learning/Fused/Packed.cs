using System.Numerics;

namespace MetaTrain.Learning.Fused;

/// <summary>Between a flat vector of parameters and a network's packed one.</summary>
internal static class Packed
{
    /// <summary>Flat to packed; padding stays as it is, zero.</summary>
    public static void Pack<T>(ReadOnlySpan<T> flat, int[] map, Span<T> packed)
    {
        for (var at = 0; at < map.Length; at++)
        {
            if (map[at] >= 0)
            {
                packed[at] = flat[map[at]];
            }
        }
    }

    /// <summary>Packed to flat, without the padding.</summary>
    public static void Unpack<T>(ReadOnlySpan<T> packed, int[] map, Span<T> flat)
    {
        for (var at = 0; at < map.Length; at++)
        {
            if (map[at] >= 0)
            {
                flat[map[at]] = packed[at];
            }
        }
    }
}

/// <summary>Rows of a node.</summary>
internal static class Rows
{
    /// <summary>Copies the used columns of each row.</summary>
    public static unsafe void Copy<T>(Node<T> node, int columns, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var row = 0; row < node.Rows; row++)
        {
            new ReadOnlySpan<T>(node.Value + ((nint)row * node.Stride), columns).CopyTo(target[(row * columns)..]);
        }
    }
}
