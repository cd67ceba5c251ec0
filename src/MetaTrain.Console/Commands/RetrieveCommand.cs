using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Files;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>retrieve</c>: the classes nearest to images, among classes of one's own.</summary>
internal static class RetrieveCommand
{
    private const int MostClasses = 1_000;
    private const int StandardTop = 5;

    public static Command Create(ConsoleHost host)
    {
        var command = new Command("retrieve", "Finds the classes nearest to images, among classes that were never trained on (methods that compare examples).");
        Argument<string> job = JobArgument.Create();
        var among = new Option<string>("--among") { Description = "The classes: a folder with a sub-folder of images for each; or, for a job with algorithm.descriptions, a text file that describes each in a line 'class,value,value,...'.", HelpName = "FOLDER_OR_FILE", Required = true };
        var queries = new Option<string>("--queries") { Description = "What to find the classes of: an image, or a folder of images.", HelpName = "FOLDER_OR_FILE", Required = true };
        Option<int?> top = SharedOptions.WholeOrNone("--top", $"How many classes a query is answered with. Default: {StandardTop}.", 1, MostClasses);
        Option<CheckpointSelector> at = AtOption.Create();
        command.Add(job);
        command.Add(among);
        command.Add(queries);
        command.Add(top);
        command.Add(at);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var (classes, descriptions, images) = await RetrievalFiles.ReadAsync(parse.GetRequiredValue(among), parse.GetRequiredValue(queries), cancellationToken);
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), workers: 1, cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            var request = new RetrievalRequest
            {
                At = parse.GetValue(at),
                Classes = classes,
                Descriptions = descriptions,
                Queries = images,
                Top = parse.GetValue(top) ?? StandardTop,
            };
            RetrievalReply reply = await session.Client.RetrieveAsync(status.Job, request, cancellationToken);
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(Document(status.Job, reply));
            }
            else
            {
                Write(host.Output, reply);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(ConsoleOutput output, RetrievalReply reply)
    {
        int columns = reply.Answers.Max(static answer => answer.Classes.Length);
        string[] heads = ["QUERY", .. Enumerable.Range(1, columns).Select(static place => place == 1 ? "NEAREST CLASS" : $"{place}")];
        Table.Write(output.Result, heads, reply.Answers.Select(static answer => (string[])
            [answer.Query, .. answer.Classes.Select(static found => $"{found.Class} {Format.Percent(found.Probability)}")]));
    }

    private static JsonObject Document(JobId job, RetrievalReply reply) => new()
    {
        ["job"] = job.Value,
        ["at"] = reply.Version,
        ["queries"] = new JsonArray([.. reply.Answers.Select(static answer => new JsonObject
        {
            ["file"] = answer.Query,
            ["classes"] = new JsonArray([.. answer.Classes.Select(static found => new JsonObject
            {
                ["class"] = found.Class,
                ["probability"] = JobDocument.Number(found.Probability),
            })]),
        })]),
    };
}
