using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>pause</c>, <c>resume</c> and <c>cancel</c>.</summary>
internal static class ControlCommand
{
    public static Command Create(
        ConsoleHost host, string name, string description, Func<MetaTrainClient, JobId, CancellationToken, Task<JobState>> request)
    {
        var command = new Command(name, description);
        Argument<string> job = JobArgument.Create();
        command.Add(job);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectAsync(host, shared.TargetOf(parse, host), cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            JobState state = await request(session.Client, status.Job, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(new JsonObject { ["job"] = status.Job.Value, ["state"] = JobDocument.NameOf(state) });
            }
            else
            {
                host.Output.Line($"The job {status.Job} is asked to {name}; it is {JobDocument.NameOf(state)}.");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
