using System.CommandLine;

namespace MetaTrain.Console.Commands;

/// <summary>The option --split: whose classes.</summary>
internal static class SplitOption
{
    public static Option<string> Create()
    {
        var split = new Option<string>("--split") { Description = "Whose classes: train, validation or test. Default: test.", DefaultValueFactory = _ => "test" };
        split.AcceptOnlyFromAmong("train", "validation", "test");
        return split;
    }
}
