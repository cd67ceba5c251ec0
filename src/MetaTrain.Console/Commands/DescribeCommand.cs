using System.CommandLine;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>describe</c>: everything about a job.</summary>
internal static class DescribeCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("describe", "Shows everything about a job.");
        Argument<string> job = JobArgument.Create();
        command.Add(job);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(JobDocument.Of(status));
            }
            else
            {
                JobText.Write(host.Output.Result, status);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
