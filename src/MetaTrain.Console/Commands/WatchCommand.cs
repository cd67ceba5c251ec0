using System.CommandLine;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.Live;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>watch</c>: follows a job, which goes on when the person leaves.</summary>
internal static class WatchCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("watch", "Follows a job until it ends. Ctrl-C leaves the job running.");
        Argument<string> job = JobArgument.Create();
        command.Add(job);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectAsync(host, shared.TargetOf(parse, host), cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            var follower = new RunFollower(host.Output, host.Time);
            try
            {
                status = await follower.FollowAsync(session.Client, status.Job, "Ctrl-C leaves; the job goes on.", cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                host.Output.Note($"The job goes on. Come back with: {CommandText.With($"metatrain watch {status.Job}", parse, shared)}");
                PrintIfAsked(follower.Last ?? status);
                return ExitCode.Interrupted;
            }

            if (!PrintIfAsked(status))
            {
                JobText.Write(host.Output.Result, status);
            }

            return ExitCode.Of(status.State);

            bool PrintIfAsked(JobStatus last)
            {
                bool json = parse.GetValue(shared.Json);
                if (json)
                {
                    host.Output.Document(JobDocument.Of(last));
                }

                return json;
            }
        });
        return command;
    }
}
