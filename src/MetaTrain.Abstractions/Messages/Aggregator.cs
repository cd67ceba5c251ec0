namespace MetaTrain.Abstractions.Messages;

/// <summary>Who adds up, and steps on, one range of a job's parameters.</summary>
/// <param name="Key">The key of its grain.</param>
/// <param name="Start">Where its range begins in the parameters' flat vector.</param>
/// <param name="Length">How many values its range has.</param>
[GenerateSerializer, Immutable, Alias("Aggregator")]
public sealed record Aggregator([property: Id(0)] string Key, [property: Id(1)] int Start, [property: Id(2)] int Length);
