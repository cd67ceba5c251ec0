using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Specs;

/// <summary>The outer loop: what the cluster itself must know, typed, and the whole section as MetaTrain.Learning reads it.</summary>
[JsonConverter(typeof(MetaSpecConverter))]
public sealed record MetaSpec
{
    /// <summary>Meta-iterations to run.</summary>
    public required long Iterations { get; init; }

    /// <summary>Tasks whose meta-gradients are averaged in one iteration.</summary>
    public required int TasksPerIteration { get; init; }

    /// <summary>The whole section (<c>iterations</c>, <c>tasksPerIteration</c>, <c>optimizer</c>, <c>learningRate</c> ...), which the meta-optimizer is made from.</summary>
    public required JsonElement Section { get; init; }
}
