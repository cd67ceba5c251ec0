using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>workers</c>: who is in the cluster.</summary>
internal static class WorkersCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("workers", "Shows who is in the cluster.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectAsync(host, shared.TargetOf(parse, host), cancellationToken);
            ImmutableArray<WorkerStatus> workers = await session.Client.WorkersAsync(cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["workers"] = new JsonArray([.. workers.Select(Describe)]) });
            }
            else
            {
                Print(host.Output, workers);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(ConsoleOutput output, ImmutableArray<WorkerStatus> workers)
    {
        if (workers.IsEmpty)
        {
            output.Line("The cluster has no workers at the moment: 'metatrain doctor' says why.");
            return;
        }

        Table.Write(output.Result, ["WORKER", "DEVICE", "JOB", "BLOCKS", "DOING"], workers.Select(Row));
        output.Line();
        Table.Write(
            output.Result,
            ["SILO", "PROCESS", "DEVICE CLASS", "METRICS"],
            workers.DistinctBy(worker => worker.Silo).Select(worker =>
                new[] { worker.Silo, worker.ProcessId.ToString(), worker.DeviceClass, worker.MetricsUrl ?? "" }));
    }

    private static string[] Row(WorkerStatus worker) =>
    [
        worker.Id,
        worker.Device,
        worker.Job?.Value ?? "",
        Format.Count(worker.Blocks),
        worker.Draining ? $"{worker.Doing} (draining)" : worker.Doing,
    ];

    private static JsonObject Describe(WorkerStatus worker) => new()
    {
        ["id"] = worker.Id,
        ["silo"] = worker.Silo,
        ["processId"] = worker.ProcessId,
        ["device"] = worker.Device,
        ["deviceClass"] = worker.DeviceClass,
        ["metricsUrl"] = worker.MetricsUrl,
        ["job"] = worker.Job?.Value,
        ["doing"] = worker.Doing,
        ["blocks"] = worker.Blocks,
        ["draining"] = worker.Draining,
    };
}
