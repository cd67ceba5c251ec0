namespace MetaTrain.Abstractions.Specs;

/// <summary>Devices and arithmetic.</summary>
public sealed record ResourcesSpec
{
    /// <summary>auto (whatever device the first worker has), cpu or cuda.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>native: the device's own instruction set. portable: the instruction set that the silos were started with for all machines.</summary>
    public string Arithmetic { get; init; } = "native";

    /// <summary>True (the default) refuses workers of another device class: their bits would differ.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Wait for so many workers before the first meta-iteration.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>Serve the job with at most so many workers at once; null sets no limit.</summary>
    public int? MaxWorkers { get; init; }
}
