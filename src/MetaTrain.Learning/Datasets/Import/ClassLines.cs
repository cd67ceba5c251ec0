namespace MetaTrain.Learning.Datasets.Import;

/// <summary>What the text files that come with images have in common: a line says something of a class, or of an image.</summary>
internal static class ClassLines
{
    private static readonly string[] Headers = ["class", "label", "name"];

    /// <summary>The lines that say something: none that is empty or begins with #.</summary>
    public static string[] Of(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))];

    /// <summary>A field without the quotes and spaces around it.</summary>
    public static string Clean(string field) => field.Trim().Trim('"');

    /// <summary>True for what heads a column of classes.</summary>
    public static bool HeadsClasses(string field) => Headers.Contains(field, StringComparer.OrdinalIgnoreCase);
}
