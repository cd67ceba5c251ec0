using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Tells from the paths of images which class and which split each belongs to.</summary>
internal static class ImageFolderLayout
{
    private const ulong SplitSeed = 0x7370_6C69_7473;

    private static readonly Dictionary<string, Split> SplitFolders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Split.Train,
        ["val"] = Split.Validation,
        ["valid"] = Split.Validation,
        ["validation"] = Split.Validation,
        ["test"] = Split.Test,
    };

    /// <summary>The paths of each class, and the split of each.</summary>
    public static (SortedDictionary<string, List<string>> Classes, Dictionary<string, Split> Splits) Arrange(
        SortedDictionary<string, byte[]> files, string origin)
    {
        if (files.Count == 0)
        {
            throw new DatasetImportException($"'{origin}' has no images in it: lay them out as class/image.png, or as train/class/image.png.");
        }

        var folders = files.Keys.ToDictionary(path => path, path => path.Split('/')[..^1], StringComparer.Ordinal);
        var top = Shared(folders.Values);
        var classes = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var splits = new Dictionary<string, Split>(StringComparer.Ordinal);
        var divided = folders.Values.All(parts => parts.Length > top + 1 && SplitFolders.ContainsKey(parts[top]));
        foreach (var (path, parts) in folders)
        {
            var className = string.Join('/', parts[(top + (divided ? 1 : 0))..]);
            if (className.Length == 0)
            {
                throw new DatasetImportException($"The image '{path}' is in no class's folder: lay images out as class/image.png, or as train/class/image.png.");
            }

            if (!classes.TryGetValue(className, out var members))
            {
                classes.Add(className, members = []);
            }

            members.Add(path);
            if (divided && !splits.TryAdd(className, SplitFolders[parts[top]]) && splits[className] != SplitFolders[parts[top]])
            {
                throw new DatasetImportException($"The class '{className}' is in two splits: classes of train, validation and test must not overlap.");
            }
        }

        return (classes, divided ? splits : Draw([.. classes.Keys], origin));
    }

    /// <summary>64 : 16 : 20 of the classes, shuffled by a fixed seed over their ordinal order.</summary>
    private static Dictionary<string, Split> Draw(string[] classes, string origin)
    {
        if (classes.Length < 5)
        {
            throw new DatasetImportException($"'{origin}' has {classes.Length} classes of images: at least 5 are needed to split them into train, validation and test.");
        }

        var random = new CounterRandom(SplitSeed, RandomPurpose.Splits);
        random.Shuffle<string>(classes);
        var (train, test) = (classes.Length * 64 / 100, Math.Max(1, classes.Length * 20 / 100));
        return classes.Index().ToDictionary(
            c => c.Item,
            c => c.Index < train ? Split.Train : c.Index < classes.Length - test ? Split.Validation : Split.Test,
            StringComparer.Ordinal);
    }

    /// <summary>How many leading folders all images share: what an archive was packed in. A single class of its own is not such a folder.</summary>
    private static int Shared(IReadOnlyCollection<string[]> folders)
    {
        var first = folders.First();
        var shared = 0;
        while (folders.All(parts => parts.Length > shared + 1 && parts[shared] == first[shared]))
        {
            shared++;
        }

        return shared;
    }
}
