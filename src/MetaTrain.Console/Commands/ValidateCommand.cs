using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;
using MetaTrain.Console.Specs;

namespace MetaTrain.Console.Commands;

/// <summary><c>validate</c>: what is wrong with a spec, or what it would run.</summary>
internal static class ValidateCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("validate", "Says what is wrong with a spec, or what it would run.");
        var spec = new Argument<string>("SPEC") { Description = "The spec: a YAML file, or - for standard input." };
        command.Add(spec);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Set, shared.Cluster, shared.Data, shared.Silo, shared.Json);
        command.SetAction(async (parse, cancellationToken) =>
        {
            JobSpecReading reading = SpecLoader.Read(parse.GetRequiredValue(spec), parse.GetValue(shared.Set)!);
            ValidationReply reply = reading.IsValid
                ? await AskAsync(host, shared.TargetOf(parse, host), reading.Spec, reading.CanonicalJson, cancellationToken)
                : new ValidationReply { Problems = [.. reading.Problems.Select(problem => problem.Sentence)] };
            if (parse.GetValue(shared.Json))
            {
                host.Output.Document(Describe(reading.Spec?.Name, reply));
            }
            else
            {
                Print(host.Output, reading.Spec?.Name, reply);
            }

            return reply.Problems.IsEmpty ? ExitCode.Done : ExitCode.WrongUsage;
        });
        return command;
    }

    private static async Task<ValidationReply> AskAsync(ConsoleHost host, ClusterTarget target, JobSpec spec, string json, CancellationToken cancellationToken)
    {
        await using ClusterSession session = await ClusterSession.ConnectOrStartAsync(host, target, workers: 1, cancellationToken, spec.Resources.IsPortable);
        return await session.Client.ValidateAsync(json, cancellationToken);
    }

    private static void Print(ConsoleOutput output, string? name, ValidationReply reply)
    {
        if (!reply.Problems.IsEmpty)
        {
            foreach (string problem in reply.Problems)
            {
                output.Note(problem);
            }

            return;
        }

        output.Line($"'{name}' can run.");
        if (reply.Plan is { } plan)
        {
            output.Line($"  plan        {Format.Count(plan.Blocks, "block")} of {Format.Count(plan.BlockSize, "task")} an iteration, by the path '{plan.Path}'");
        }

        output.Line($"  parameters  {Format.Count(reply.ParameterCount)}");
        if (reply.EstimatedBytesPerBlock is { } bytes)
        {
            output.Line($"  memory      about {Format.Bytes(bytes)} a worker for its block");
        }

        if (reply.Device is { } device)
        {
            output.Line($"  device      {device}");
        }
    }

    private static JsonObject Describe(string? name, ValidationReply reply) => new()
    {
        ["valid"] = reply.Problems.IsEmpty,
        ["name"] = name,
        ["problems"] = new JsonArray([.. reply.Problems.Select(problem => JsonValue.Create(problem))]),
        ["plan"] = reply.Plan is { } plan ? JobDocument.PlanOf(plan) : null,
        ["parameterCount"] = reply.ParameterCount,
        ["estimatedBytesPerBlock"] = reply.EstimatedBytesPerBlock,
        ["device"] = reply.Device,
    };
}
