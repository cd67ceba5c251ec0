using System.CommandLine;
using System.CommandLine.Parsing;

namespace MetaTrain.Console.Commands;

/// <summary>Commands as a person can type them again.</summary>
internal static class CommandText
{
    /// <summary>The command with the cluster that this one was given.</summary>
    public static string With(string command, ParseResult parse, SharedOptions shared) =>
        command + Repeat(parse, shared.Cluster, shared.Data);

    /// <summary>The options that were given, as they were given, each with a space before it.</summary>
    public static string Repeat(ParseResult parse, params Option[] options) => string.Concat(options
        .Select(option => (option, result: parse.GetResult(option)))
        .Where(each => each.result is { Implicit: false, Tokens.Count: > 0 })
        .Select(each => $" {each.option.Name} {string.Join(' ', each.result!.Tokens.Select(token => Quote(token.Value)))}"));

    /// <summary>One word of a shell's command line.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "/\\._-:=@,+%".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
