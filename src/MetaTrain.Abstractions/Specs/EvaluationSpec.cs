namespace MetaTrain.Abstractions.Specs;

/// <summary>What is measured.</summary>
public sealed record EvaluationSpec
{
    /// <summary>During training, to choose the best version; null to never validate.</summary>
    public ValidationSpec? Validation { get; init; }

    /// <summary>After training.</summary>
    public FinalEvaluationSpec Final { get; init; } = new();
}
