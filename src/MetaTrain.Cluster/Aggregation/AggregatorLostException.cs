namespace MetaTrain.Cluster.Aggregation;

/// <summary>The silo that stepped on a range of the parameters is gone, and what its optimizer remembered with it.</summary>
/// <param name="silo">The silo, for people.</param>
/// <param name="cause">What the call said.</param>
[GenerateSerializer, Alias("AggregatorLostException")]
internal sealed class AggregatorLostException(string silo, Exception cause)
    : Exception($"The aggregator on {silo} does not answer ({cause.GetType().Name}: {cause.Message})", cause);
