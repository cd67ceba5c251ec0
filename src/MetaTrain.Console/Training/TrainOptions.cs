using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Training;

/// <summary>What <c>train</c> was asked for.</summary>
internal sealed record TrainOptions
{
    /// <summary>The spec's file; null for the built-in example.</summary>
    public string? SpecPath { get; init; }

    /// <summary>Values laid over the spec.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>The interrupted job to go on with; null for a new one.</summary>
    public string? Resume { get; init; }

    /// <summary>True to print the result as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>The cluster to start.</summary>
    public required LocalClusterOptions Cluster { get; init; }

    /// <summary>The options of this command that its resumption needs too, as they were typed.</summary>
    public string Repeated { get; init; } = "";

    /// <summary>The options that say where the data lies, as they were typed.</summary>
    public string Location { get; init; } = "";
}
