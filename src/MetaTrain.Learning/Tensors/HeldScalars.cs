using System.Collections.Concurrent;
using TorchSharp;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Numbers that stand beside tensors in libtorch calls, made once and held for the life of the process. TorchSharp hands the native
/// pointer of a <see cref="Scalar"/> on without keeping the object alive: a temporary one may be finalised while libtorch reads it.
/// There are few: step sizes, epsilons and reciprocals of sizes.
/// </summary>
internal static class HeldScalars
{
    private static readonly ConcurrentDictionary<double, Scalar> ByValue = new();

    public static Scalar One { get; } = Of(1);

    public static Scalar MinusOne { get; } = Of(-1);

    /// <summary>The held scalar of that value.</summary>
    public static Scalar Of(double value)
    {
#pragma warning disable RS0030 // The one place that makes scalars: what it makes is held.
        return ByValue.GetOrAdd(value, static number => number.ToScalar());
#pragma warning restore RS0030
    }
}
