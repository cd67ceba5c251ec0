using System.CommandLine;
using System.CommandLine.Invocation;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Processes;
using MetaTrain.Silo.Store;
using MetaTrain.Silo.Verbs;

EnvironmentDefault environment = new(Environment.GetEnvironmentVariable);
RootCommand root = new("The server side of MetaTrain: a silo, the embedded store, or a whole local cluster.")
{
    new RunVerb(environment).ToCommand(),
    StoreCommand.Create(),
    new LocalVerb(environment).ToCommand(),
    CheckVerb.Create(),
};

// The verbs handle signals themselves: a silo drains for longer than the parser would wait.
InvocationConfiguration invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
int code;
try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Action is ParseErrorAction wrong)
    {
        wrong.ShowHelp = false;
    }

    int invoked = await parsed.InvokeAsync(invocation);
    code = parsed.Errors.Count > 0 ? ExitCode.WrongUsage : invoked;
}
catch (StartFailure failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    code = failure.ExitCode;
}

ProcessEnd.With(code);
