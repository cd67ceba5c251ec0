using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Commands;

/// <summary><c>down</c>: drains and ends the local cluster of a data directory.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public static Command Create(ConsoleHost host)
    {
        var command = new Command("down", "Drains and ends the local cluster of the data directory.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Data, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            string directory = shared.DataDirectoryOf(parse, host);
            bool ended = await EndAsync(host, directory, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["data"] = directory, ["ended"] = ended });
            }
            else
            {
                string place = DataDirectory.Display(directory);
                host.Output.Line(ended ? $"The cluster on {place} has ended; its jobs and data stay." : $"No cluster runs on {place}.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Ends it; false when none ran.</summary>
    private static async Task<bool> EndAsync(ConsoleHost host, string directory, CancellationToken cancellationToken)
    {
        if (ClusterLocator.ReadDirectory(directory) is not { } cluster || !IsAlive(cluster))
        {
            return false;
        }

        host.Output.Note($"Draining the cluster '{cluster.ClusterId}' ...");
        SupervisorSignal.Terminate(cluster.SupervisorProcessId);
        long start = host.Time.GetTimestamp();
        while (IsAlive(cluster))
        {
            if (host.Time.GetElapsedTime(start) > Patience)
            {
                throw new ConsoleFault(
                    ExitCode.Unreachable,
                    $"The cluster on {directory} has not ended within {Patience.TotalSeconds:0} s: look at its logs there, or end process "
                    + $"{cluster.SupervisorProcessId} yourself; what is committed is safe.");
            }

            await Task.Delay(PollInterval, host.Time, cancellationToken);
        }

        return true;
    }

    private static bool IsAlive(LocalCluster cluster) => ProcessIdentity.IsAlive(cluster.SupervisorProcessId, cluster.SupervisorStartedAt);
}
