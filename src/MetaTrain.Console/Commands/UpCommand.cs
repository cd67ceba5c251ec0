using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Commands;

/// <summary><c>up</c>: a local cluster that stays.</summary>
internal static class UpCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("up", "Starts a local cluster that stays until 'down'.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Silos, shared.Workers, shared.Store, shared.Data, shared.Device, shared.Arithmetic, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var options = new LocalClusterOptions
            {
                DataDirectory = shared.DataDirectoryOf(parse, host),
                Silos = parse.GetValue(shared.Silos),
                Workers = parse.GetValue(shared.Workers),
                Device = parse.GetValue(shared.Device)!,
                Store = shared.StoreOf(parse),
                SiloPath = parse.GetValue(shared.Silo),
                Portable = parse.GetValue(shared.Arithmetic) == ResourcesSpec.Portable,
                Detached = true,
            };
            host.Output.Note($"Starting a local cluster on {DataDirectory.Display(options.DataDirectory)} ...");
            await using ILocalCluster cluster = await ClusterStart.RunAsync(host, options, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(Describe(cluster.Description, options));
            }
            else
            {
                Print(host, cluster.Description, parse.GetValue(shared.Data));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(ConsoleHost host, LocalCluster cluster, string? data)
    {
        string option = data is null ? "" : $" --data {data}";
        host.Output.Line($"The cluster '{cluster.ClusterId}' runs with {Output.Format.Count(cluster.Silos.Length, "silo")}; its store is {cluster.Store}.");
        foreach (LocalSilo silo in cluster.Silos)
        {
            host.Output.Line($"  {silo.Name}  process {silo.ProcessId}  http://127.0.0.1:{silo.HttpPort}/metrics");
        }

        host.Output.Line();
        host.Output.Line($"Give it work with 'metatrain submit SPEC{option}', end it with 'metatrain down{option}'.");
    }

    private static JsonObject Describe(LocalCluster cluster, LocalClusterOptions options) => new()
    {
        ["clusterId"] = cluster.ClusterId,
        ["store"] = cluster.Store,
        ["data"] = options.DataDirectory,
        ["supervisor"] = cluster.SupervisorProcessId,
        ["silos"] = new JsonArray([.. cluster.Silos.Select(silo => new JsonObject
        {
            ["name"] = silo.Name,
            ["processId"] = silo.ProcessId,
            ["gatewayPort"] = silo.GatewayPort,
            ["httpPort"] = silo.HttpPort,
            ["metricsUrl"] = $"http://127.0.0.1:{silo.HttpPort}/metrics",
        })]),
    };
}
