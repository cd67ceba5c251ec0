using System.CommandLine;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Commands;

/// <summary><c>evaluate</c>: measures a committed version.</summary>
internal static class EvaluateCommand
{
    private const int MostEpisodes = 1_000_000;
    private const int MostExamples = 100_000;

    public static Command Create(ConsoleHost host)
    {
        var command = new Command("evaluate", "Measures a committed version over many episodes, with its 95% interval.");
        Argument<string> job = JobArgument.Create();
        Option<int?> episodes = SharedOptions.WholeOrNone("--episodes", "Over how many episodes. Default: as many as the spec's final evaluation.", 2, MostEpisodes);
        Option<string> split = SplitOption.Create();
        Option<CheckpointSelector> at = AtOption.Create();
        Option<int?> ways = SharedOptions.WholeOrNone("--ways", "Classes an episode, where the method allows others than it was trained with. Default: as the spec says.", 2, MostExamples);
        Option<int?> shots = SharedOptions.WholeOrNone("--shots", "Support examples a class (in all for regression). Default: as the spec says.", 1, MostExamples);
        Option<int?> queries = SharedOptions.WholeOrNone("--queries", "Query examples a class (in all for regression). Default: as the spec says.", 1, MostExamples);
        var steps = new Option<int[]>("--inner-steps")
        {
            Description = "Inner steps after which queries are measured: one number, or several for regression. Default: as the spec says.",
            HelpName = "K",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var transductive = new Option<bool?>("--transductive") { Description = "Normalise an episode's query examples together (true) or not (false). Default: as the spec says." };
        command.Add(job);
        command.Add(episodes);
        command.Add(split);
        command.Add(at);
        command.Add(ways);
        command.Add(shots);
        command.Add(queries);
        command.Add(steps);
        command.Add(transductive);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Cluster, shared.Data, shared.Store, shared.Silo, shared.Workers, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(
                host, shared.TargetOf(parse, host), parse.GetValue(shared.Workers), cancellationToken);
            JobStatus status = await JobArgument.ResolveAsync(session.Client, parse.GetRequiredValue(job), cancellationToken);
            var request = new EvaluationRequest
            {
                At = parse.GetValue(at),
                Episodes = parse.GetValue(episodes),
                Split = parse.GetRequiredValue(split),
                Ways = parse.GetValue(ways),
                Shots = parse.GetValue(shots),
                Queries = parse.GetValue(queries),
                InnerSteps = [.. parse.GetRequiredValue(steps)],
                Transductive = parse.GetValue(transductive),
            };
            host.Output.Note($"Evaluating {status.Job} on the {request.Split} split ...");
            EvaluationSummary summary = await StepProgress<EvaluationTicket>.ShowAsync(
                host, Describe, progress => session.Client.EvaluateAsync(status.Job, request, progress, cancellationToken));
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(JobDocument.Of(status, summary));
            }
            else
            {
                JobText.WriteEvaluation(host.Output.Result, summary);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(EvaluationTicket ticket) => $"{Format.Count(ticket.Done)} of {Format.Count(ticket.Episodes)} episodes";
}
