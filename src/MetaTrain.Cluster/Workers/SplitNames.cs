using MetaTrain.Learning.Episodes;

namespace MetaTrain.Cluster.Workers;

/// <summary>The names of splits in specs and messages.</summary>
internal static class SplitNames
{
    public static Split Parse(string name) => name switch
    {
        "train" => Split.Train,
        "validation" => Split.Validation,
        "test" => Split.Test,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"'{name}' is not a split: train, validation or test."),
    };

    public static string Of(Split split) => split switch
    {
        Split.Train => "train",
        Split.Validation => "validation",
        Split.Test => "test",
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "This split has no name."),
    };
}
