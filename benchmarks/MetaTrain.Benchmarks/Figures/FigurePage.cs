using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>docs/results.md: a row for every figure that is asked for, whether it was reached, missed or never run.</summary>
internal static class FigurePage
{
    private const string Head = """
        # Results

        Written by `benchmarks/train` from what the runs printed (benchmarks/figures); do not edit. Each run is `metatrain train` on a local
        cluster of one silo with two workers and the embedded store, measured over test episodes of classes that training never saw, with 95%
        intervals over episodes. Asked is what the project asks of itself at a budget of at most 30 minutes on two cores; published is what the
        method's paper reports at its own budget. A row without a figure was not run yet; a missed figure stays in the table.

        """;

    /// <summary>The page.</summary>
    /// <param name="rows">What is asked for, and what was kept of its last run.</param>
    public static string Of(IEnumerable<(Figure Figure, JsonObject? Kept)> rows)
    {
        StringBuilder page = new(Head);
        foreach (IGrouping<string, (Figure Figure, JsonObject? Kept)> table in rows.GroupBy(static row => row.Figure.Table))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {table.Key}\n\n");
            page.Append("| method | figure, % | asked | published | iterations (version) | training | tasks/s | parameters | transductive | date, commit, command |\n");
            page.Append("|---|---|---|---|---|---|---|---|---|---|\n");
            foreach ((Figure figure, JsonObject? kept) in table)
            {
                page.AppendLine(kept is null ? NotRun(figure) : Row(figure, kept));
            }
        }

        return page.ToString();
    }

    private static string NotRun(Figure figure) =>
        string.Create(CultureInfo.InvariantCulture, $"| {figure.Method} | not run | {figure.Asked} | {figure.Published} | | | | | | |");

    private static string Row(Figure figure, JsonObject kept)
    {
        JsonNode result = kept["result"]!;
        JsonNode evaluation = result["evaluation"]!;
        double accuracy = 100 * evaluation["accuracy"]!.GetValue<double>();
        double interval = 100 * evaluation["ci95"]!.GetValue<double>();
        string sha = result["parametersSha256"]!.GetValue<string>();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {figure.Method} | {(accuracy >= figure.Asked ? $"**{accuracy:F1}**" : $"{accuracy:F1}")} ± {interval:F1} | {figure.Asked} | {figure.Published} "
            + $"| {result["iterations"]} ({evaluation["at"]}) | {result["trainingSeconds"]!.GetValue<double>() / 60:F1} min | {result["tasksPerSecond"]!.GetValue<double>():F0} "
            + $"| `{sha[..12]}` | {(evaluation["transductive"]!.GetValue<bool>() ? "yes" : "no")} | {kept["date"]}, {kept["commit"]}, `{kept["command"]}` |");
    }
}
