using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Console.Commands;

/// <summary>The option --at: which committed version.</summary>
internal static class AtOption
{
    public static Option<CheckpointSelector> Create() => new("--at")
    {
        Description = "Which committed version: last, best (by validation), or an iteration. Default: best.",
        HelpName = "last|best|K",
        DefaultValueFactory = _ => CheckpointSelector.Best,
        CustomParser = Parse,
    };

    private static CheckpointSelector Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        switch (text)
        {
            case "last":
                return CheckpointSelector.Last;
            case "best":
                return CheckpointSelector.Best;
            default:
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long iteration))
                {
                    return CheckpointSelector.At(iteration);
                }

                result.AddError($"--at is '{text}': give last, best, or the number of a committed iteration.");
                return default;
        }
    }
}
