using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Turns the spec's evaluation section into what a round measures.</summary>
internal static class EvaluationPlans
{
    /// <summary>The round number of the evaluation after training; validations use their version, requests negative numbers.</summary>
    public const long FinalNumber = long.MaxValue;

    public static EvaluationWork Validation(EvaluationSpec spec) => new()
    {
        Split = "validation",
        Ways = spec.Final.Ways,
        Shots = spec.Final.Shots,
        Queries = spec.Validation?.Queries ?? spec.Final.Queries,
        InnerSteps = spec.Validation?.InnerSteps is { } steps ? [steps] : spec.Final.InnerSteps is [] ? [] : [spec.Final.InnerSteps.Max()],
        Transductive = spec.Final.Transductive,
    };

    public static EvaluationWork Final(EvaluationSpec spec, bool baseline) => new()
    {
        Split = spec.Final.Split,
        Ways = spec.Final.Ways,
        Shots = spec.Final.Shots,
        Queries = spec.Final.Queries,
        InnerSteps = spec.Final.InnerSteps,
        Transductive = spec.Final.Transductive,
        Baseline = baseline,
    };
}
