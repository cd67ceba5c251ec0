using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>Tells from the paths of images, and from split files where there are any, which class and which split each belongs to.</summary>
internal static class ImageFolderLayout
{
    private const ulong SplitSeed = 0x7370_6C69_7473;

    /// <summary>The paths of each class, and the split of each.</summary>
    /// <param name="paths">The paths of all images, in ordinal order.</param>
    /// <param name="origin">Where they come from.</param>
    /// <param name="declared">What split files say; null without any.</param>
    public static (SortedDictionary<string, List<string>> Classes, IReadOnlyDictionary<string, Split> Splits) Arrange(
        IReadOnlyCollection<string> paths, string origin, DeclaredSplits? declared)
    {
        if (paths.Count == 0)
        {
            throw new DatasetImportException($"'{origin}' has no images in it: lay them out as class/image.png, or as train/class/image.png.");
        }

        if (declared is { ListsImages: true })
        {
            return (ByList(paths, origin, declared), declared.Splits);
        }

        var folders = paths.ToDictionary(path => path, path => path.Split('/')[..^1], StringComparer.Ordinal);
        var top = Shared(folders.Values);

        // A split's folder has the folders of its classes in it; a folder of images is a class, whatever it is called.
        var ofSplit = folders.Values.FirstOrDefault(parts => parts.Length > top + 1 && SplitWords.Find(parts[top]) is not null)?[top];
        var ofNone = folders.Values.FirstOrDefault(parts => parts.Length > top && SplitWords.Find(parts[top]) is null)?[top];
        var divided = ofSplit is not null;
        if (declared is null)
        {
            if (divided && ofNone is not null)
            {
                throw new DatasetImportException($"'{origin}' has the folder '{ofNone}', which names no split, beside '{ofSplit}', which does: move its classes into train, validation or test or take it out, or tell the split of every class in a split file.");
            }

            var splits = new Dictionary<string, Split>(StringComparer.Ordinal);
            var found = ByFolder(folders, top, divided ? splits : null);
            return (found, divided ? splits : Draw([.. found.Keys], origin));
        }

        if (divided && ofNone is null)
        {
            throw new DatasetImportException($"'{origin}' has folders train, validation and test, and split files were given too: leave the split files out, or move the classes into one folder.");
        }

        var classes = ByFolder(folders, top, splits: null);
        declared.Check(classes.Keys, images: [], origin);
        return (classes, declared.Splits);
    }

    private static SortedDictionary<string, List<string>> ByFolder(Dictionary<string, string[]> folders, int top, Dictionary<string, Split>? splits)
    {
        var classes = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (path, parts) in folders)
        {
            var className = string.Join('/', parts.Skip(top + (splits is null ? 0 : 1)));
            if (className.Length == 0)
            {
                throw new DatasetImportException($"The image '{path}' is in no class's folder: lay images out as class/image.png, or as train/class/image.png.");
            }

            Add(classes, className, path);
            if (splits is not null && SplitWords.Find(parts[top]) is { } split && !splits.TryAdd(className, split) && splits[className] != split)
            {
                throw new DatasetImportException($"The class '{className}' is in two splits: classes of train, validation and test must not overlap.");
            }
        }

        return classes;
    }

    private static SortedDictionary<string, List<string>> ByList(IReadOnlyCollection<string> paths, string origin, DeclaredSplits declared)
    {
        var classes = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var (image, className) = declared.ClassOf(path)
                ?? throw new DatasetImportException($"The image '{path}' of '{origin}' is in no split file: add it to one, or take it out.");
            if (!found.TryAdd(image, path))
            {
                throw new DatasetImportException($"The split files list '{image}', which may be '{found[image]}' or '{path}': list images with their folders.");
            }

            Add(classes, className, path);
        }

        declared.Check(classes.Keys, found.Keys, origin);
        return classes;
    }

    private static void Add(SortedDictionary<string, List<string>> classes, string className, string path)
    {
        if (!classes.TryGetValue(className, out var members))
        {
            classes.Add(className, members = []);
        }

        members.Add(path);
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
