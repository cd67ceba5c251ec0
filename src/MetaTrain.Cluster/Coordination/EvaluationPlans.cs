using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Turns the spec's evaluation section into what a round measures.</summary>
internal static class EvaluationPlans
{
    /// <summary>The round number of the evaluation after training; validations use their version, requests negative numbers.</summary>
    public const long FinalNumber = long.MaxValue;

    public static EvaluationWork Validation(EvaluationSpec spec, EpisodeShape training) => new()
    {
        Split = "validation",
        Ways = spec.Final.Ways ?? training.Ways,
        Shots = spec.Final.Shots ?? training.Shots,
        Queries = spec.Validation?.Queries ?? spec.Final.Queries ?? training.Queries,
        InnerSteps = spec.Validation?.InnerSteps is { } steps ? [steps] : spec.Final.InnerSteps is [] ? [] : [spec.Final.InnerSteps.Max()],
        Transductive = spec.Final.Transductive,
    };

    public static EvaluationWork Final(EvaluationSpec spec, EpisodeShape training, bool baseline) => new()
    {
        Split = spec.Final.Split,
        Ways = spec.Final.Ways ?? training.Ways,
        Shots = spec.Final.Shots ?? training.Shots,
        Queries = spec.Final.Queries ?? training.Queries,
        InnerSteps = spec.Final.InnerSteps,
        Transductive = spec.Final.Transductive,
        Baseline = baseline,
    };

    /// <summary>The evaluation that a shown episode is one of: the spec's final one, on the split asked for.</summary>
    public static EvaluationWork Shown(DemonstrationRequest request, EvaluationSpec spec, EpisodeShape training) =>
        Final(spec, training, baseline: false) with { Split = request.Split };

    /// <summary>The evaluation that somebody asks for: the spec's final one, but for what the request names.</summary>
    public static EvaluationWork Requested(EvaluationRequest request, EvaluationSpec spec, EpisodeShape training, bool baseline)
    {
        EvaluationWork final = Final(spec, training, baseline);
        return final with
        {
            Split = request.Split,
            Ways = request.Ways ?? final.Ways,
            Shots = request.Shots ?? final.Shots,
            Queries = request.Queries ?? final.Queries,
            InnerSteps = request.InnerSteps is [] ? final.InnerSteps : [.. request.InnerSteps],
            Transductive = request.Transductive ?? final.Transductive,
        };
    }
}
