using System.CommandLine;
using System.Text.Json.Nodes;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Commands;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Hosting;

/// <summary>The program: parses, runs one command, and turns whatever goes wrong into one sentence and an exit code.</summary>
internal static class ConsoleProgram
{
    /// <summary>Runs with the real terminal, network and processes.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var log = new ConsoleLog(DataDirectory.Resolve(DataDirectory.In(args), Environment.GetEnvironmentVariable), TimeProvider.System);
        using var interrupts = new Interrupts();
        interrupts.Listen();
        var host = new ConsoleHost
        {
            Output = Terminal.CreateOutput(),
            Clusters = new ClusterGateway(new ClientOptions { Logging = log }),
            Launcher = new LocalClusterLauncher(SiloLocator.Installed, TimeProvider.System),
            Interrupts = interrupts,
        };
        int exitCode = await RunAsync(args, host, log);
        await interrupts.SettleAsync();
        return exitCode;
    }

    /// <summary>Runs with whatever the host holds.</summary>
    public static async Task<int> RunAsync(string[] args, ConsoleHost host, ConsoleLog log)
    {
        ParseResult parse = CommandTree.Create(host).Parse(args.Length > 0 ? args : ["--help"]);
        bool json = args.Contains("--json");
        if (parse.Errors.Count > 0)
        {
            return Fail(host.Output, json, ExitCode.WrongUsage, UsageError.Describe(parse));
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = host.Output.Result,
                Error = host.Output.Progress,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            int exitCode = await parse.InvokeAsync(invocation, host.Interrupts.Token);
            return args.Length > 0 ? exitCode : ExitCode.WrongUsage;
        }
        catch (OperationCanceledException) when (host.Interrupts.Token.IsCancellationRequested)
        {
            return Fail(host.Output, json, ExitCode.Interrupted, "Interrupted.");
        }
        catch (ConsoleFault fault)
        {
            log.WriteCause(fault);
            return Fail(host.Output, json, fault.ExitCode, fault.Message, Details(parse, fault));
        }
        catch (MetaTrainException failure)
        {
            log.WriteCause(failure);
            return Fail(host.Output, json, ExitCode.Of(failure.Kind), failure.Message, Details(parse, failure));
        }
        catch (Exception unexpected)
        {
            log.Write(unexpected);
            string message = $"Something unexpected went wrong: {unexpected.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
                + $"The details are in {log.Path}; --verbose shows them here.";
            return Fail(host.Output, json, ExitCode.JobFailed, message, Details(parse, unexpected));
        }
    }

    private static string? Details(ParseResult parse, Exception failure) => parse.GetValue(CommandTree.Verbose) ? failure.ToString() : null;

    private static int Fail(ConsoleOutput output, bool json, int exitCode, string message, string? details = null)
    {
        output.Note(message);
        if (details is not null)
        {
            output.Note(details);
        }

        if (json && !output.DocumentWritten)
        {
            output.Document(new JsonObject { ["error"] = message, ["exitCode"] = exitCode });
        }

        return exitCode;
    }
}
