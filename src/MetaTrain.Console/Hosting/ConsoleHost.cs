using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Hosting;

/// <summary>What the commands share: where they write, what time it is, how they reach and start clusters.</summary>
internal sealed class ConsoleHost
{
    /// <summary>Where results and messages go.</summary>
    public required ConsoleOutput Output { get; init; }

    /// <summary>Connects to clusters.</summary>
    public required IClusterGateway Clusters { get; init; }

    /// <summary>Starts local clusters.</summary>
    public required ILocalClusterLauncher Launcher { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What a second Ctrl-C does before the process ends at once.</summary>
    public Interrupts Interrupts { get; init; } = new();
}
