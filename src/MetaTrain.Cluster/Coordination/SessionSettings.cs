using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What a session knows of its job that never changes.</summary>
internal sealed record SessionSettings
{
    public required JobId Job { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobPlan Plan { get; init; }

    /// <summary>How many values one version has.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>The metrics of an evaluation block.</summary>
    public required Func<Abstractions.Messages.EvaluationWork, ImmutableArray<string>> EvaluationMetrics { get; init; }

    public string? DataNote { get; init; }
}
