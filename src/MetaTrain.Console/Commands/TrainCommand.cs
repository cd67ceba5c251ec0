using System.CommandLine;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Training;

namespace MetaTrain.Console.Commands;

/// <summary><c>train</c>: a local cluster, one job, its result.</summary>
internal static class TrainCommand
{
    public static Command Create(ConsoleHost host)
    {
        var command = new Command("train", "Starts a local cluster, trains, evaluates, prints the result and stops the cluster.");
        var spec = new Argument<string?>("SPEC")
        {
            Description = "The spec: a YAML file, or - for standard input. Default: the built-in example.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var resume = new Option<string?>("--resume") { Description = "Go on with an interrupted job of the data directory.", HelpName = "JOB" };
        command.Add(spec);
        command.Add(resume);
        var shared = new SharedOptions();
        shared.AddTo(command, shared.Silos, shared.Workers, shared.Store, shared.Data, shared.Device, shared.Arithmetic, shared.Set, shared.Silo, shared.Json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(resume) is not null && (result.GetValue(spec) is not null || result.GetValue(shared.Set) is { Length: > 0 }))
            {
                result.AddError("--resume goes on with the job's own spec: leave SPEC and --set away.");
            }
        });
        command.SetAction((parse, cancellationToken) => new TrainRun(
            host,
            new TrainOptions
            {
                SpecPath = parse.GetValue(spec),
                Overrides = parse.GetValue(shared.Set)!,
                Resume = parse.GetValue(resume),
                Json = parse.GetValue(shared.Json),
                Cluster = new LocalClusterOptions
                {
                    DataDirectory = shared.DataDirectoryOf(parse, host),
                    Silos = parse.GetValue(shared.Silos),
                    Workers = parse.GetValue(shared.Workers),
                    Device = parse.GetValue(shared.Device)!,
                    Store = shared.StoreOf(parse),
                    Portable = parse.GetValue(shared.Arithmetic) == ResourcesSpec.Portable,
                    SiloPath = parse.GetValue(shared.Silo),
                },
                Repeated = CommandText.Repeat(parse, shared.Silos, shared.Workers, shared.Store, shared.Data, shared.Device, shared.Arithmetic, shared.Silo),
                Location = CommandText.Repeat(parse, shared.Store, shared.Data, shared.Silo),
            }).RunAsync(cancellationToken));
        return command;
    }
}
