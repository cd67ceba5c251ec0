namespace MetaTrain.Abstractions.Specs;

/// <summary>The evaluation after training.</summary>
public sealed record FinalEvaluationSpec
{
    /// <summary>train, validation or test.</summary>
    public string Split { get; init; } = "test";

    /// <summary>Over so many episodes.</summary>
    public int Episodes { get; init; } = 600;

    /// <summary>Classes an episode; null takes the data section's. Only a model without a head of fixed width can change it.</summary>
    public int? Ways { get; init; }

    /// <summary>Support examples a class; null takes the data section's.</summary>
    public int? Shots { get; init; }

    /// <summary>Query examples a class; null takes the data section's.</summary>
    public int? Queries { get; init; }

    /// <summary>Inner steps after which the query set is measured (in YAML one number or a list); empty takes the algorithm's own.</summary>
    public int[] InnerSteps { get; init; } = [];

    /// <summary>True to normalise an episode's query examples together (as the papers do).</summary>
    public bool Transductive { get; init; } = true;

    /// <summary>Which version: best (by validation; the last when nothing was validated) or last.</summary>
    public string At { get; init; } = "best";
}
