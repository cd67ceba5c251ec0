using System.Text.Json.Serialization;

namespace MetaTrain.Abstractions.Specs;

/// <summary>Devices and arithmetic.</summary>
public sealed record ResourcesSpec
{
    /// <summary>The value of <see cref="Device"/> for whatever device the workers have.</summary>
    public const string AnyDevice = "auto";

    /// <summary>auto (whatever device the first worker has), cpu or cuda.</summary>
    public string Device { get; init; } = AnyDevice;

    /// <summary>The value of <see cref="Arithmetic"/> for one instruction set on all machines.</summary>
    public const string Portable = "portable";

    /// <summary>native: whatever the silos were started with. portable: only silos that were started with portable arithmetic.</summary>
    public string Arithmetic { get; init; } = "native";

    /// <summary>True when the job's bits must not depend on how new a processor is.</summary>
    [JsonIgnore]
    public bool IsPortable => Arithmetic == Portable;

    /// <summary>The value of <see cref="Precision"/> for products with factors rounded to TF32, on GPUs only.</summary>
    public const string Tf32 = "tf32";

    /// <summary>The value of <see cref="Precision"/> for products with factors rounded to bfloat16.</summary>
    public const string Bfloat16 = "bf16";

    /// <summary>What the products of layers are computed in: float32 (the default), tf32 or bf16. All else is float32 in any case.</summary>
    public string Precision { get; init; } = "float32";

    /// <summary>True (the default) refuses workers of another device class: their bits would differ.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Into how many ranges of parameters the adding and stepping is cut, each on a silo of its own; null takes what the job's size and the
    /// cluster's ask for. No bit depends on it.
    /// </summary>
    public int? Aggregators { get; init; }
}
