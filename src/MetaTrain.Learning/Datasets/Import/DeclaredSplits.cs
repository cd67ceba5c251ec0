using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// What split files say: the split of each class and, where they list images (miniImageNet's CSV files), the class of each image.
/// Nothing is guessed: a class in two splits, or a split without classes, is refused.
/// </summary>
internal sealed class DeclaredSplits
{
    private readonly Dictionary<string, Split> _splits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _classOfImage = new(StringComparer.Ordinal);

    /// <summary>True where the files list images, whatever folders these are in; false where they list classes, which are folders.</summary>
    public bool ListsImages => _classOfImage.Count > 0;

    /// <summary>The split of each class.</summary>
    public IReadOnlyDictionary<string, Split> Splits => _splits;

    /// <summary>Reads split files.</summary>
    /// <param name="files">All of them, in any order.</param>
    /// <exception cref="DatasetImportException">They do not tell, or contradict each other.</exception>
    public static DeclaredSplits Read(IReadOnlyCollection<SplitFile> files)
    {
        var declared = new DeclaredSplits();
        var rows = files.Select(file => (file.Name, Rows: SplitFileReader.Read(file))).ToArray();
        if (rows.FirstOrDefault(file => (file.Rows[0].Image is null) != (rows[0].Rows[0].Image is null)) is { Name: { } other })
        {
            throw new DatasetImportException($"The split file '{rows[0].Name}' and '{other}' are of two kinds, one lists images and one classes: give files of one kind.");
        }

        foreach (var row in rows.SelectMany(file => file.Rows))
        {
            declared.Add(row);
        }

        var empty = Enum.GetValues<Split>().Except(declared._splits.Values).ToArray();
        return empty.Length == 0 ? declared : throw new DatasetImportException(
            $"The split files ({string.Join(", ", files.Select(file => file.Name))}) name no class of the {Name(empty[0])} split: give classes to each of train, validation and test.");
    }

    /// <summary>The class of an image whose path ends in a listed name.</summary>
    /// <param name="path">Its path, with forward slashes.</param>
    /// <returns>The listed name and its class; null when none is listed.</returns>
    public (string Image, string Class)? ClassOf(string path)
    {
        for (var start = 0; ; start++)
        {
            if (_classOfImage.TryGetValue(path[start..], out var found))
            {
                return (path[start..], found);
            }

            start = path.IndexOf('/', start);
            if (start < 0)
            {
                return null;
            }
        }
    }

    /// <summary>Refuses when the files speak of other classes or images than there are.</summary>
    /// <param name="classes">The classes that there are.</param>
    /// <param name="images">The listed names that were found.</param>
    /// <param name="origin">Where the images come from.</param>
    public void Check(IReadOnlyCollection<string> classes, IReadOnlyCollection<string> images, string origin)
    {
        var missing = _classOfImage.Keys.Except(images, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            throw new DatasetImportException(
                $"The split files list {missing.Length:N0} images that '{origin}' does not have, the first is '{missing[0]}': check that the images are those of these files.");
        }

        var unknown = _splits.Keys.Except(classes, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
        {
            throw new DatasetImportException(
                $"The split files name {unknown.Length:N0} classes that '{origin}' does not have, the first is '{unknown[0]}': a class is called as its folder, for instance '{classes.First()}'.");
        }

        var left = classes.Where(name => !_splits.ContainsKey(name)).ToArray();
        if (left.Length > 0)
        {
            throw new DatasetImportException(
                $"{left.Length:N0} classes of '{origin}' are in no split file, the first is '{left[0]}': add them to a split, or take their folders out.");
        }
    }

    private void Add(SplitRow row)
    {
        if (!_splits.TryAdd(row.Class, row.Split) && _splits[row.Class] != row.Split)
        {
            throw new DatasetImportException(
                $"The split files have the class '{row.Class}' in two splits, {Name(_splits[row.Class])} and {Name(row.Split)}: classes of train, validation and test must not overlap.");
        }

        if (row.Image is { } image && !_classOfImage.TryAdd(image, row.Class) && _classOfImage[image] != row.Class)
        {
            throw new DatasetImportException(
                $"The split files give the image '{image}' to two classes, '{_classOfImage[image]}' and '{row.Class}': an image has one class.");
        }
    }

    private static string Name(Split split) => split.ToString().ToLowerInvariant();
}
