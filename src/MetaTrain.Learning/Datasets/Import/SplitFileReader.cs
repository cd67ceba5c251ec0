using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>One row of a split file.</summary>
/// <param name="Class">A class.</param>
/// <param name="Split">Its split.</param>
/// <param name="Image">An image of it, where the file lists images; null where it lists classes.</param>
internal readonly record struct SplitRow(string Class, Split Split, string? Image);

/// <summary>
/// Reads a split file, and tells by its content which of these it is: images under the header <c>filename,label</c> (Ravi and
/// Larochelle's CSV files of miniImageNet), classes with their splits in every line, or a class a line in a file that is named as a
/// split (Bertinetto's files of CIFAR-FS, where one class is called train). Empty lines and those that begin with # are passed over.
/// </summary>
internal static class SplitFileReader
{
    /// <summary>The rows, at least one.</summary>
    /// <exception cref="DatasetImportException">The file has no rows, or does not tell splits.</exception>
    public static IReadOnlyList<SplitRow> Read(SplitFile file)
    {
        var lines = ClassLines.Of(file.Text);
        var header = lines.Length == 0 ? [] : Fields(lines[0]);
        var (image, label) = (Find(header, "filename"), Find(header, "label"));
        IReadOnlyList<SplitRow> rows = image >= 0 && label >= 0
            ? Images(file, lines, header.Length, image, label)
            : Pairs(file, lines) ?? Classes(file, lines);
        return rows.Count > 0
            ? rows
            : throw new DatasetImportException($"The split file '{file.Name}' names no class: write a line for each, or leave the file out.");
    }

    private static SplitRow[] Images(SplitFile file, string[] lines, int columns, int image, int label)
    {
        if (SplitWords.Find(Path.GetFileNameWithoutExtension(file.Name)) is not { } split)
        {
            throw new DatasetImportException($"The split file '{file.Name}' lists images, and its name does not say of which split: call it train.csv, val.csv or test.csv.");
        }

        return [.. lines.Skip(1).Select(line => Fields(line) is var fields && fields.Length == columns && fields[image].Length > 0 && fields[label].Length > 0
            ? new SplitRow(fields[label], split, fields[image].Replace('\\', '/'))
            : throw new DatasetImportException($"The split file '{file.Name}' has the line '{line}', which does not fit its header '{lines[0]}': write as many fields, none empty."))];
    }

    /// <summary>Classes with their splits; null unless every line has one.</summary>
    private static SplitRow[]? Pairs(SplitFile file, string[] lines)
    {
        var pairs = lines.Select(Halves).ToArray();
        if (pairs.Length > 1 && IsHeader(pairs[0].Before, pairs[0].AfterFirst))
        {
            pairs = pairs[1..];
        }

        var first = Rows(pairs.Select(pair => (pair.AfterFirst, pair.Before)));
        var last = Rows(pairs.Select(pair => (pair.BeforeLast, pair.After)));
        return first is { Length: > 0 } && last is not null
            ? throw new DatasetImportException($"Every line of the split file '{file.Name}' begins and ends with the name of a split: give one file a split instead, train.txt, val.txt and test.txt with a class a line.")
            : first ?? last;
    }

    private static SplitRow[]? Rows(IEnumerable<(string Class, string Word)> pairs)
    {
        var rows = pairs.Select(pair => (pair.Class, Split: SplitWords.Find(pair.Word))).ToArray();
        return rows.All(row => row.Split is not null && row.Class.Length > 0) ? [.. rows.Select(row => new SplitRow(row.Class, row.Split!.Value, Image: null))] : null;
    }

    private static SplitRow[] Classes(SplitFile file, string[] lines)
    {
        if (lines.Length > 0 && SplitWords.Find(Path.GetFileNameWithoutExtension(file.Name)) is null)
        {
            var odd = lines.FirstOrDefault(line => Halves(line) is var halves && SplitWords.Find(halves.Before) is null && SplitWords.Find(halves.After) is null);
            throw new DatasetImportException(
                $"The split file '{file.Name}' has the line '{odd ?? lines[0]}', which does not tell a split, nor does the file's name: write 'split class' or 'class,split' in every line (train, validation or test), or call the file train.txt, val.txt or test.txt.");
        }

        return [.. lines.Select(line => new SplitRow(line, SplitWords.Find(Path.GetFileNameWithoutExtension(file.Name))!.Value, Image: null))];
    }

    /// <summary>A line cut at its first separator and at its last, so that the class may have separators in it.</summary>
    private static (string Before, string AfterFirst, string BeforeLast, string After) Halves(string line)
    {
        var separator = line.Contains(',') ? ',' : line.Contains('\t') ? '\t' : ' ';
        var (first, last) = (line.IndexOf(separator), line.LastIndexOf(separator));
        return first < 0 ? (line, string.Empty, string.Empty, line) : (ClassLines.Clean(line[..first]), ClassLines.Clean(line[(first + 1)..]), ClassLines.Clean(line[..last]), ClassLines.Clean(line[(last + 1)..]));
    }

    private static bool IsHeader(string first, string second) =>
        (ClassLines.HeadsClasses(first) && second.Equals("split", StringComparison.OrdinalIgnoreCase))
        || (first.Equals("split", StringComparison.OrdinalIgnoreCase) && ClassLines.HeadsClasses(second));

    private static string[] Fields(string line) => [.. line.Split(',').Select(ClassLines.Clean)];

    private static int Find(string[] header, string name) => Array.FindIndex(header, field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
}
