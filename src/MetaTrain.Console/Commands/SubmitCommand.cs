using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Specs;

namespace MetaTrain.Console.Commands;

/// <summary><c>submit</c>: hands a job to the cluster and leaves.</summary>
internal static class SubmitCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("submit", "Hands a job to the running cluster.");
        var spec = new Argument<string>("SPEC") { Description = "The spec: a YAML file, or - for standard input." };
        command.Add(spec);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Set, shared.Cluster, shared.Data, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            (_, string json) = SpecLoader.ReadOrRefuse(parse.GetRequiredValue(spec), parse.GetValue(shared.Set)!);
            await using ClusterSession session = await ClusterSession.ConnectAsync(host, shared.TargetOf(parse, host), cancellationToken);
            JobId job = await SubmitAsync(session.Client, json, owner: null, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["job"] = job.Value });
            }
            else
            {
                host.Output.Line(job.Value);
                host.Output.Note($"Follow it with '{CommandText.With($"metatrain watch {job}", parse, shared)}'.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Submits, or ends the command with all that the cluster finds wrong.</summary>
    public static async Task<JobId> SubmitAsync(MetaTrainClient client, string json, string? owner, CancellationToken cancellationToken)
    {
        SubmitReply reply = await client.SubmitAsync(json, owner, cancellationToken);
        return reply.Job ?? throw new ConsoleFault(
            ExitCode.WrongUsage,
            reply.Problems.IsDefaultOrEmpty
                ? "The cluster refused the job without a reason: look at its silos' logs."
                : string.Join(Environment.NewLine, reply.Problems));
    }
}
