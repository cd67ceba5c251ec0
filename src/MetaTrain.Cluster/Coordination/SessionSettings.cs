using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What a session knows of its job that never changes.</summary>
internal sealed record SessionSettings
{
    public required JobId Job { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobPlan Plan { get; init; }

    /// <summary>How many values one version has.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>Who has a range of the parameters each, in their order; empty when the coordinator itself adds up and steps.</summary>
    public ImmutableArray<Aggregator> Aggregators { get; init; } = [];

    /// <summary>True when aggregators have the gradients, and results come without.</summary>
    public bool IsRanged => !Aggregators.IsEmpty;

    /// <summary>The sizes of the training episodes: what an evaluation has where its spec says nothing.</summary>
    public required EpisodeShape TrainingShape { get; init; }

    /// <summary>The metrics of an evaluation block.</summary>
    public required Func<EvaluationWork, ImmutableArray<string>> EvaluationMetrics { get; init; }

    public string? DataNote { get; init; }
}
