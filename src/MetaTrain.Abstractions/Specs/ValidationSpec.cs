namespace MetaTrain.Abstractions.Specs;

/// <summary>The validation during training; ways and shots are those of the final evaluation.</summary>
public sealed record ValidationSpec
{
    /// <summary>Every so many iterations.</summary>
    public required long Every { get; init; }

    /// <summary>Over so many episodes, the same ones each time.</summary>
    public int Episodes { get; init; } = 600;

    /// <summary>Query examples a class; null takes the final evaluation's, else the data section's.</summary>
    public int? Queries { get; init; }

    /// <summary>Inner steps; null takes the largest of the final evaluation's, else the algorithm's own.</summary>
    public int? InnerSteps { get; init; }
}
