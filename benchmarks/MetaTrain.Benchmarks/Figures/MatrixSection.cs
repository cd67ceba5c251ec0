using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>What docs/results.md says of the conformance matrix: a row for each method, a column for each model with each problem that any method supports it on.</summary>
internal static class MatrixSection
{
    private static readonly (string Check, char Letter)[] Letters = [("gradient", 'G'), ("learning", 'L'), ("bits", 'B'), ("memory", 'M')];

    /// <summary>The section.</summary>
    /// <param name="kept">What was kept of its last run; null when it was never run.</param>
    public static string Of(JsonObject? kept)
    {
        StringBuilder section = new("\n## The conformance matrix\n\n");
        if (kept is null)
        {
            return section.Append("Not run: `benchmarks/train matrix`.\n").ToString();
        }

        JsonObject[] cells = [.. kept["cells"]!.AsArray().Select(static cell => cell!.AsObject())];
        string[] columns = [.. cells.Where(static cell => !IsRefused(cell)).Select(ColumnOf).Distinct().Order(StringComparer.Ordinal)];
        section.Append("""
            Every method with every model on every kind of problem. **G**: its gradient is the slope of its loss, by finite differences in float64;
            **L**: seconds of training lower the loss on new tasks; **B**: the same bits on one and on three workers, and after a resume; **M**: training
            and answering leave no tensor behind; *refused*: it is not supported, and refused in one sentence. Columns that every method refuses
            (convolutions on vectors and functions) are left out. G is not asked of implicit MAML, Meta networks, the learned optimizer and Reptile, whose
            direction is no gradient of their loss: tests of their own compute it by hand. Where L is not asked, seconds of training do not
            suffice; `ConformanceCell` names those cells with the reason.


            """);
        section.Append(CultureInfo.InvariantCulture, $"| method | {string.Join(" | ", columns)} |\n|---|{string.Concat(columns.Select(static _ => "---|"))}\n");
        foreach (IGrouping<string, JsonObject> method in cells.GroupBy(static cell => cell["method"]!.GetValue<string>()))
        {
            section.Append(CultureInfo.InvariantCulture, $"| {method.Key} | {string.Join(" | ", columns.Select(column => Text(method.Single(cell => ColumnOf(cell) == column))))} |\n");
        }

        int failed = cells.Sum(static cell => cell["failed"]!.AsArray().Count);
        section.Append(
            CultureInfo.InvariantCulture,
            $"\n{cells.Length} cells, {cells.Count(IsRefused)} of them refused; {cells.Sum(static cell => cell["passed"]!.AsArray().Count)} checks passed, {failed} failed, in {kept["seconds"]!.GetValue<double>() / 60:F0} min: {kept["date"]}, {kept["commit"]}, `{kept["command"]}`. `.ci/run` has the same without ResNet-12's trainings, of which it has ProtoNet's.\n");
        return section.ToString();
    }

    private static string Text(JsonObject cell)
    {
        if (cell["failed"]!.AsArray() is { Count: > 0 } failed)
        {
            return $"**fails: {string.Join(", ", failed)}**";
        }

        return IsRefused(cell) ? "refused" : string.Concat(Letters.Where(letter => cell["passed"]!.AsArray().Any(check => check!.GetValue<string>() == letter.Check)).Select(static letter => letter.Letter));
    }

    private static bool IsRefused(JsonObject cell) => cell["passed"]!.AsArray().Count == 1 && cell["failed"]!.AsArray().Count == 0;

    private static string ColumnOf(JsonObject cell) => $"{cell["model"]}, {cell["problem"]}";
}
