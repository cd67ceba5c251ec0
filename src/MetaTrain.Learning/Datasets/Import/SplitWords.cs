using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>What people call the splits in the names of folders and in split files; eval is none, it means validation to some and test to others.</summary>
internal static class SplitWords
{
    private static readonly Dictionary<string, Split> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Split.Train,
        ["training"] = Split.Train,
        ["val"] = Split.Validation,
        ["valid"] = Split.Validation,
        ["validation"] = Split.Validation,
        ["dev"] = Split.Validation,
        ["test"] = Split.Test,
        ["testing"] = Split.Test,
    };

    /// <summary>The split of a word; null when it is none.</summary>
    public static Split? Find(string word) => Words.TryGetValue(word, out var split) ? split : null;
}
