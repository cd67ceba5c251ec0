using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Files;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;
using MetaTrain.Console.Pictures;

namespace MetaTrain.Console.Commands;

/// <summary><c>picture</c>: one episode before and after adaptation, for people to look at.</summary>
internal static class PictureCommand
{
    private const int LastTask = 999_999;

    public static Command Create(ConsoleHost host)
    {
        var command = new Command("picture", "Draws how a committed version adapts to one task: curves for regression, images with their answers for classes.");
        Argument<string> job = JobArgument.Create();
        var to = SharedOptions.NotEmpty(new Option<string>("--to") { Description = "The file.", HelpName = "FILE.svg", Required = true });
        Option<int?> task = SharedOptions.WholeOrNone("--task", "Which episode of those that 'evaluate' measures, from 0. Default: 0.", 0, LastTask);
        Option<string> split = SplitOption.Create();
        Option<CheckpointSelector> at = AtOption.Create();
        command.Add(job);
        command.Add(to);
        command.Add(task);
        command.Add(split);
        command.Add(at);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            var request = new DemonstrationRequest { At = parse.GetValue(at), Split = parse.GetRequiredValue(split), Task = parse.GetValue(task) ?? 0 };
            Demonstration shown = await session.Client.DemonstrateAsync(status.Job, request, cancellationToken);
            byte[] picture = Encoding.UTF8.GetBytes(EpisodePicture.Draw(status.Job, shown));
            string path = await WholeFile.WriteAsync(parse.GetRequiredValue(to), picture, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(Document(status.Job, shown, path, picture.Length));
            }
            else
            {
                host.Output.Line($"{PictureText.Title(status.Job, shown)}: {PictureText.Measures(shown)}.");
                host.Output.Line($"Wrote {path} ({Format.Bytes(picture.Length)}).");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Document(JobId job, Demonstration shown, string path, int bytes) => new()
    {
        ["job"] = job.Value,
        ["at"] = shown.Version,
        ["split"] = shown.Split,
        ["task"] = shown.Task,
        ["ways"] = shown.Ways,
        ["shots"] = shown.Shots,
        ["queries"] = shown.Queries,
        ["innerSteps"] = new JsonArray([.. shown.InnerSteps.Select(steps => JsonValue.Create(steps))]),
        [shown.Ways > 0 ? "accuracy" : "mse"] = new JsonArray([.. shown.Measures.Select(static measure => JobDocument.Number(measure))]),
        ["data"] = shown.DataNote,
        ["path"] = path,
        ["bytes"] = bytes,
    };
}
