namespace MetaTrain.Benchmarks.Questions;

/// <summary>The tables in benchmarks/RESULTS.md that are written by the program: one section each, by its heading.</summary>
internal static class ResultsFile
{
    private const string Begin = "<!-- benchmarks/run writes from here -->";
    private const string End = "<!-- to here -->";
    private const string Heading = "### ";

    private static readonly string Path = System.IO.Path.Combine("benchmarks", "RESULTS.md");

    /// <summary>Writes sections in the place of those of the same headings, or after the last one; the others stay.</summary>
    /// <param name="sections">Each begins with its heading.</param>
    public static async Task WriteAsync(IEnumerable<string> sections)
    {
        string text = await File.ReadAllTextAsync(Path);
        (int begin, int end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new InvalidDataException($"{Path} lacks the lines '{Begin}' and '{End}' between which the tables go.");
        }

        begin += Begin.Length;
        List<string> written = [.. text[begin..end].Split($"\n{Heading}").Skip(1).Select(static section => Heading + section.TrimEnd() + "\n")];
        foreach (string section in sections)
        {
            int old = written.FindIndex(other => HeadingOf(other) == HeadingOf(section));
            if (old < 0)
            {
                written.Add(section);
            }
            else
            {
                written[old] = section;
            }
        }

        await File.WriteAllTextAsync(Path, $"{text[..begin]}\n\n{string.Join('\n', written)}\n{text[end..]}");
    }

    private static string HeadingOf(string section) => section[..section.IndexOf('\n', StringComparison.Ordinal)];
}
