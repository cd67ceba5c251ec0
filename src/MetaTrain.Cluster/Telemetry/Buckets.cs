namespace MetaTrain.Cluster.Telemetry;

/// <summary>Histogram boundaries. The default ones of OpenTelemetry are shaped for milliseconds even when the unit is seconds.</summary>
internal static class Buckets
{
    /// <summary>A block or an iteration: from a sinusoid's half millisecond to minutes on a large model.</summary>
    internal static readonly double[] Iteration =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    /// <summary>A round trip to the store, or a transfer between silos.</summary>
    internal static readonly double[] Store = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>1 KiB to 1 GiB, by powers of four.</summary>
    internal static readonly long[] Bytes =
        [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28, 1 << 30];
}
