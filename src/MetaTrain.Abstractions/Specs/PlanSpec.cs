namespace MetaTrain.Abstractions.Specs;

/// <summary>Overrides of the compute plan.</summary>
public sealed record PlanSpec
{
    /// <summary>Tasks a block: a power of two; null takes the build's table.</summary>
    public int? BlockSize { get; init; }
}
