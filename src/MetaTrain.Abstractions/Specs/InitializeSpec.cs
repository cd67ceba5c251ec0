using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Specs;

/// <summary>Where the first parameters come from.</summary>
public sealed record InitializeSpec
{
    /// <summary>The value of <see cref="From"/> for the model's own initialisation.</summary>
    public const string Random = "random";

    /// <summary>"random", the job whose parameters to start from, or a safetensors file: a path that ends in .safetensors, seen from where the job is submitted.</summary>
    public required string From { get; init; }

    /// <summary>Which version of that job: last, best, or an iteration.</summary>
    [JsonConverter(typeof(TextOrNumberConverter))]
    public string At { get; init; } = "best";

    /// <summary>True when the parameters come from the model's own initialisation.</summary>
    [JsonIgnore]
    public bool IsRandom => From == Random;

    /// <summary>True when the parameters come from a job.</summary>
    [JsonIgnore]
    public bool IsJob => !IsRandom && !IsFile;

    /// <summary>True when the parameters come from a file.</summary>
    [JsonIgnore]
    public bool IsFile => From.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
}
