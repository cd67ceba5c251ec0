using System.Text.Json;

namespace MetaTrain.Abstractions.Specs;

/// <summary>
/// A job as the cluster reads it: the sections that are the cluster's own, typed, and those that are the mathematics' own
/// (<c>data</c>, <c>model</c>, <c>algorithm</c>, the optimizer part of <c>meta</c>) as JSON that MetaTrain.Learning reads.
/// </summary>
/// <remarks>Made by <see cref="JobSpecReader"/>, which has checked it: every value is within its limits and every default is filled in.</remarks>
public sealed record JobSpec
{
    /// <summary>A name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The seed from which every random choice of the job is derived.</summary>
    public ulong Seed { get; init; }

    /// <summary>The higher, the sooner it gets workers.</summary>
    public int Priority { get; init; }

    /// <summary>Where tasks come from.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>What is trained.</summary>
    public required JsonElement Model { get; init; }

    /// <summary>How it is meta-trained.</summary>
    public required JsonElement Algorithm { get; init; }

    /// <summary>The outer loop.</summary>
    public required MetaSpec Meta { get; init; }

    /// <summary>What is measured, when, and on what.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>When versions are committed and which are kept.</summary>
    public CheckpointSpec Checkpoint { get; init; } = new();

    /// <summary>Which devices, and how exactly they compute.</summary>
    public ResourcesSpec Resources { get; init; } = new();

    /// <summary>Overrides the build's compute plan.</summary>
    public PlanSpec Plan { get; init; } = new();

    /// <summary>A warm start; null starts from the model's own initialisation.</summary>
    public InitializeSpec? Initialize { get; init; }
}
