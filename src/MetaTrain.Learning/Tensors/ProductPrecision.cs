using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// The precision of the calling thread's products. A model is written without a word about it, as with PyTorch's autocast: the casts become
/// part of the graph, so that gradients, and gradients of gradients, are products of the same precision wherever they are computed.
/// </summary>
internal static class ProductPrecision
{
    [ThreadStatic]
    private static Precision Current;

    /// <summary>Sets it until the result is disposed.</summary>
    public static Scope Use(Precision precision)
    {
        var scope = new Scope(Current);
        Current = precision;
        return scope;
    }

    /// <summary>A factor as it enters a product.</summary>
    public static Tensor Narrow(Tensor factor) => IsNarrow ? factor.to_type(ScalarType.BFloat16) : factor;

    /// <summary>A narrow product as the rest wants it.</summary>
    public static Tensor Widen(Tensor product, Tensor like) => product.to_type(like.dtype);

    /// <summary>True when products are narrower than what they multiply.</summary>
    public static bool IsNarrow => Current == Precision.Bfloat16;

    /// <summary>Puts back what was there before.</summary>
    internal readonly ref struct Scope(Precision before)
    {
        public void Dispose() => Current = before;
    }
}
