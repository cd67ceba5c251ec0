using System.CommandLine;
using System.CommandLine.Parsing;

namespace MetaTrain.Console.Hosting;

/// <summary>What is wrong with a command line, and where to read how it is right.</summary>
internal static class UsageError
{
    public static string Describe(ParseResult parse)
    {
        string command = string.Join(' ', CommandsOf(parse.CommandResult).Select(each => each.Name).Prepend("metatrain"));
        return $"{Problem(parse, command)} See '{command} --help'.";
    }

    private static string Problem(ParseResult parse, string command)
    {
        Command parent = parse.CommandResult.Command;
        if (parent.Subcommands.Count == 0)
        {
            return string.Join(' ', parse.Errors.Select(error => error.Message.EndsWith('.') ? error.Message : error.Message + ".").Distinct());
        }

        string[] names = [.. parent.Subcommands.Select(each => each.Name)];
        string? typed = parse.UnmatchedTokens.FirstOrDefault();
        return typed is null
            ? $"'{command}' needs a command: {string.Join(", ", names)}."
            : $"'{command}' has no command '{typed}': did you mean '{names.MinBy(name => Distance(name, typed))}'?";
    }

    private static IEnumerable<Command> CommandsOf(CommandResult result)
    {
        IEnumerable<Command> outer = result.Parent is CommandResult parent ? CommandsOf(parent) : [];
        return result.Command is RootCommand ? outer : outer.Append(result.Command);
    }

    /// <summary>How many letters differ (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
