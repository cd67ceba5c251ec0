using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What a commit holds of a trajectory beside its vectors.</summary>
internal sealed record TrajectoryProgress
{
    public required long Iteration { get; init; }

    public ImmutableArray<double> LossPoints { get; init; } = [];

    public int LossStride { get; init; } = 1;

    public double LossPendingSum { get; init; }

    public int LossPendingCount { get; init; }

    public double? Loss { get; init; }

    public double? Accuracy { get; init; }

    public ImmutableArray<EvaluationSummary> Validations { get; init; } = [];

    public ImmutableArray<long> Best { get; init; } = [];

    public string? DeviceClass { get; init; }

    public double TrainingSeconds { get; init; }

    public long Tasks { get; init; }

    public long BlocksReissued { get; init; }

    public ImmutableSortedDictionary<string, long> BlocksByWorker { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    public string ToJson() => JsonSerializer.Serialize(this, TrajectoryJson.Default.TrajectoryProgress);

    public static TrajectoryProgress FromJson(string json) =>
        JsonSerializer.Deserialize(json, TrajectoryJson.Default.TrajectoryProgress)
        ?? throw new InvalidDataException("A checkpoint holds no progress record: it was not written by MetaTrain.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrajectoryProgress))]
internal sealed partial class TrajectoryJson : JsonSerializerContext;
