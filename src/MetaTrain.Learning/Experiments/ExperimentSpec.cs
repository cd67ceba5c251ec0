using System.Text.Json;

namespace MetaTrain.Learning.Experiments;

/// <summary>The sections of a job spec that belong to the mathematics, as JSON (camelCase; unknown members are refused).</summary>
public sealed record ExperimentSpec
{
    /// <summary>Where tasks come from; its member <c>dataset</c> chooses the source.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>What is trained; <c>kind</c> chooses the model.</summary>
    public required JsonElement Model { get; init; }

    /// <summary>How it is meta-trained; <c>kind</c> chooses the method.</summary>
    public required JsonElement Algorithm { get; init; }

    /// <summary>The outer loop; <c>optimizer</c> chooses the meta-optimizer.</summary>
    public required JsonElement Meta { get; init; }

    /// <summary>Every random choice is derived from it.</summary>
    public ulong Seed { get; init; }
}
