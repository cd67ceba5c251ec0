using System.CommandLine;

namespace MetaTrain.Console.Hosting;

/// <summary>What is wrong with a command line, and where to read how it is right.</summary>
internal static class UsageError
{
    public static string Describe(ParseResult parse)
    {
        string command = NameOf(parse.CommandResult);
        string problems = string.Join(' ', parse.Errors.Select(error => Sentence(error.Message)).Distinct());
        return $"{problems} See '{command} --help'.";
    }

    private static string NameOf(System.CommandLine.Parsing.CommandResult? result)
    {
        List<string> names = [];
        for (System.CommandLine.Parsing.SymbolResult? each = result; each is not null; each = each.Parent)
        {
            if (each is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
            {
                names.Insert(0, command.Command.Name);
            }
        }

        return string.Join(' ', names.Prepend("metatrain"));
    }

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";
}
