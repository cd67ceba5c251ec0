using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Checkpoints;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>export</c>: parameters that any framework reads.</summary>
internal static class ExportCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("export", "Writes a job's parameters to a safetensors file.");
        Argument<string> job = JobArgument.Create();
        var to = SharedOptions.NotEmpty(new Option<string>("--to") { Description = "The file.", HelpName = "FILE.safetensors", Required = true });
        Option<CheckpointSelector> at = AtOption.Create();
        command.Add(job);
        command.Add(to);
        command.Add(at);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            ExportResult result = await session.Client.ExportAsync(status.Job, parse.GetValue(at), parse.GetRequiredValue(to), cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject
                {
                    ["job"] = status.Job.Value,
                    ["iteration"] = result.Iteration,
                    ["path"] = result.Path,
                    ["parameters"] = result.Parameters,
                    ["bytes"] = result.Bytes,
                    ["parametersSha256"] = result.ParametersSha256,
                });
            }
            else
            {
                host.Output.Line($"Wrote {Format.Count(result.Parameters, "parameter")} of iteration {Format.Count(result.Iteration)} ({Format.Bytes(result.Bytes)}) to {result.Path}.");
                host.Output.Line($"SHA-256 of the parameters: {result.ParametersSha256}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
