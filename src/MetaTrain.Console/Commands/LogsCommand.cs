using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Client.Jobs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>logs</c>: what happened to a job.</summary>
internal static class LogsCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("logs", "Shows what happened to a job.");
        Argument<string> job = JobArgument.Create();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until the job ends." };
        var after = new Option<long>("--after") { Description = "Only events after this number.", HelpName = "N" };
        command.Add(job);
        command.Add(follow);
        command.Add(after);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            long from = parse.GetValue(after);
            if (parse.GetValue(shared.Json))
            {
                ImmutableArray<RunEvent> events = await session.Client.LogsAsync(status.Job, from, cancellationToken);
                host.Output.Document(new JsonObject { ["job"] = status.Job.Value, ["events"] = new JsonArray([.. events.Select(Describe)]) });
            }
            else if (parse.GetValue(follow))
            {
                await FollowAsync(host.Output, session.Client, status.Job, from, cancellationToken);
            }
            else
            {
                Print(host.Output, await session.Client.LogsAsync(status.Job, from, cancellationToken));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task FollowAsync(ConsoleOutput output, MetaTrainClient client, JobId job, long after, CancellationToken cancellationToken)
    {
        await foreach (JobUpdate update in client.WatchAsync(job, after, cancellationToken))
        {
            Print(output, update.Events);
        }
    }

    private static void Print(ConsoleOutput output, ImmutableArray<RunEvent> events)
    {
        foreach (RunEvent each in events)
        {
            output.Line($"{Format.Time(each.Time)}  {each.Kind.ToString().ToLowerInvariant(),-10}  {each.Message}");
        }
    }

    private static JsonObject Describe(RunEvent each) => new()
    {
        ["sequence"] = each.Sequence,
        ["time"] = each.Time.ToString("O", CultureInfo.InvariantCulture),
        ["kind"] = each.Kind.ToString().ToLowerInvariant(),
        ["iteration"] = each.Iteration,
        ["message"] = each.Message,
    };
}
