using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Starts local clusters, and says so when that takes long: a store of many gigabytes is read whole before it answers.</summary>
internal static class ClusterStart
{
    /// <summary>When something is said.</summary>
    internal static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    /// <summary>Starts one.</summary>
    public static async Task<ILocalCluster> RunAsync(ConsoleHost host, LocalClusterOptions options, CancellationToken cancellationToken)
    {
        using CancellationTokenSource started = new();
        Task<ILocalCluster> start = host.Launcher.StartAsync(options, cancellationToken);
        if (await Task.WhenAny(start, Task.Delay(Long, host.Time, started.Token)) != start)
        {
            host.Output.Note(
                $"The cluster is not ready after {Long.TotalSeconds:0} s: its logs in {DataDirectory.Display(options.DataDirectory)} say what it waits for. Ctrl-C gives up.");
        }

        await started.CancelAsync();
        return await start;
    }
}
