using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>list</c>: all jobs.</summary>
internal static class ListCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("list", "Shows all jobs.");
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            ImmutableArray<JobStatus> jobs = await session.Client.ListAsync(cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["jobs"] = new JsonArray([.. jobs.Select(JobDocument.Of)]) });
            }
            else if (jobs.IsEmpty)
            {
                host.Output.Line("No jobs yet: 'metatrain train' or 'metatrain submit SPEC' makes one.");
            }
            else
            {
                Table.Write(
                    host.Output.Result,
                    ["JOB", "NAME", "STATE", "ITERATION", "RESULT", "SUBMITTED"],
                    jobs.Select(Row));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string[] Row(JobStatus job) =>
    [
        job.Job.Value,
        job.Name,
        JobDocument.NameOf(job.State),
        $"{Format.Count(job.Iteration)} / {Format.Count(job.Iterations)}",
        job.Evaluation is { } evaluation ? $"{Format.Evaluation(evaluation)} ({evaluation.Split})" : "",
        Format.Time(job.SubmittedAt),
    ];
}
