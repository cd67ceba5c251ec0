using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Learning.Algorithms;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>The tables of docs/methods.md that say what a method reached: in each section whose heading ends with the method's name in parentheses.</summary>
internal static class MethodsPage
{
    private const string Begin = "**Figures.**";
    private const string Line = Begin + " How they were measured: [results.md](results.md).";

    /// <summary>The page with its tables of figures written anew.</summary>
    /// <param name="page">As it stands.</param>
    /// <param name="rows">What is asked for, and what was kept of its last run.</param>
    /// <exception cref="InvalidOperationException">A method that has figures has no section, or its section no line to put them.</exception>
    public static string With(string page, IEnumerable<(Figure Figure, JsonObject? Kept)> rows)
    {
        List<string> lines = [.. page.Split('\n')];
        foreach (IGrouping<string, (Figure Figure, JsonObject? Kept)> method in rows.GroupBy(static row => KindOf(row.Figure)))
        {
            int at = FiguresOf(method.Key);
            int end = at + 1;
            while (end < lines.Count && (IsRow(end) || (lines[end].Length == 0 && IsRow(end + 1))))
            {
                end++;
            }

            lines.RemoveRange(at, end - at);
            lines.InsertRange(at, [Line, string.Empty, "| | reached | published |", "|---|---|---|", .. method.Select(static row => Row(row.Figure, row.Kept))]);
        }

        return string.Join('\n', lines);

        int FiguresOf(string kind)
        {
            int heading = lines.FindIndex(line => IsHeading(line) && line.EndsWith($"({kind})", StringComparison.Ordinal));
            int at = lines.FindIndex(heading + 1, static line => IsHeading(line) || line.StartsWith(Begin, StringComparison.Ordinal));
            return heading >= 0 && at >= 0 && !IsHeading(lines[at])
                ? at
                : throw new InvalidOperationException($"docs/methods.md has no section '({kind})' with a line that begins with {Begin}.");
        }

        bool IsRow(int line) => line < lines.Count && lines[line].StartsWith('|');
    }

    private static string Row(Figure figure, JsonObject? kept)
    {
        string reached = kept is null ? "not run" : figure.IsContest ? ContestSection.Final(kept) : FigurePage.FigureOf(figure, kept);
        return $"| {figure.Method}: {figure.Table} | {reached} | {figure.Published} |";
    }

    // A figure may replace the whole section of its example.
    private static string KindOf(Figure figure) => AlgorithmRegistry.All.Read(new JobSpecReader()
        .Read(File.ReadAllText(Path.Combine("examples", figure.Example + ".yaml")), figure.Overrides).Spec!.Algorithm).Registration.Kind;

    private static bool IsHeading(string line) => line.StartsWith("## ", StringComparison.Ordinal);
}
