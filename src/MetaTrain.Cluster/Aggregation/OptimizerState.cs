namespace MetaTrain.Cluster.Aggregation;

/// <summary>What an optimizer remembered at one moment: its vectors may still be on their way.</summary>
/// <param name="Values">Each [P], by name. Fails with <see cref="AggregatorLostException"/> when they cannot be had any more.</param>
internal sealed record OptimizerState(Task<IReadOnlyDictionary<string, float[]>> Values);
