namespace MetaTrain.Abstractions.Specs;

/// <summary>Devices and arithmetic.</summary>
public sealed record ResourcesSpec
{
    /// <summary>The value of <see cref="Device"/> for whatever device the workers have.</summary>
    public const string AnyDevice = "auto";

    /// <summary>auto (whatever device the first worker has), cpu or cuda.</summary>
    public string Device { get; init; } = AnyDevice;

    /// <summary>native: the device's own instruction set. portable: the instruction set that the silos were started with for all machines.</summary>
    public string Arithmetic { get; init; } = "native";

    /// <summary>True (the default) refuses workers of another device class: their bits would differ.</summary>
    public bool Strict { get; init; } = true;
}
