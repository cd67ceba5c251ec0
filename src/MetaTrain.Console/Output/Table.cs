namespace MetaTrain.Console.Output;

/// <summary>Rows of text in aligned columns: plain, so that it can be cut, sorted and searched.</summary>
internal static class Table
{
    private const string Gap = "  ";

    public static void Write(TextWriter writer, string[] heads, IEnumerable<string[]> rows)
    {
        string[][] all = [heads, .. rows];
        int[] widths = [.. heads.Select((_, column) => all.Max(row => row[column].Length))];
        foreach (string[] row in all)
        {
            writer.WriteLine(string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
