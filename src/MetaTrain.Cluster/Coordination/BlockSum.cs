namespace MetaTrain.Cluster.Coordination;

/// <summary>The sums of a tree node: how many tasks, their summed meta-gradient [P] (empty for an evaluation), their summed metrics.</summary>
internal sealed record BlockSum(int Count, ReadOnlyMemory<float> Gradient, double[] Metrics);
