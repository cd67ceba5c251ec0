using MetaTrain.Abstractions.Messages;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Cluster.Workers;

/// <summary>Reads what an evaluation round measures into the terms of MetaTrain.Learning.</summary>
internal static class EvaluationSettingsReader
{
    public static EvaluationSettings Read(EvaluationWork work) => new()
    {
        Split = SplitNames.Parse(work.Split),
        Ways = work.Ways,
        Shots = work.Shots,
        Queries = work.Queries,
        InnerSteps = [.. work.InnerSteps],
        Transductive = work.Transductive,
        Baseline = work.Baseline,
    };
}
