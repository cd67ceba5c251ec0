namespace MetaTrain.Abstractions.Specs;

/// <summary>Overrides of the compute plan.</summary>
public sealed record PlanSpec
{
    /// <summary>Tasks a block: a power of two; null takes the build's table.</summary>
    public int? BlockSize { get; init; }

    /// <summary><see cref="FusedPath"/> or <see cref="AutogradPath"/>; null takes the fused path where method and model allow it.</summary>
    public string? Path { get; init; }

    /// <summary>Layers with gradients of their own and no autograd graph.</summary>
    public const string FusedPath = "fused";

    /// <summary>libtorch's autograd: the reference.</summary>
    public const string AutogradPath = "autograd";
}
