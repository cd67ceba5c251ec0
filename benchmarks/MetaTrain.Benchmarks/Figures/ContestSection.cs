using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>What docs/results.md says of a contest of optimizers: its curves, and a row for each.</summary>
internal static class ContestSection
{
    /// <summary>The section.</summary>
    /// <param name="figure">The contest.</param>
    /// <param name="kept">What was kept of its last run; null when it was never run, without a contest when that did not end.</param>
    public static string Of(Figure figure, JsonObject? kept)
    {
        StringBuilder section = new();
        section.Append(CultureInfo.InvariantCulture, $"\n## {figure.Table}\n\n");
        if (kept?["contest"] is null)
        {
            return section.Append("Not run. Asked: a lower loss at the last step than tuned Adam, SGD and RMSProp.\n").ToString();
        }

        JsonNode result = kept["result"]!;
        section.Append(CultureInfo.InvariantCulture, $"![losses over steps]({figure.Picture})\n\n");
        section.Append("| optimizer | learning rate | loss after 20 steps | after the last | above the learned one's |\n|---|---|---|---|---|\n");
        foreach (JsonNode? curve in CurvesOf(kept))
        {
            int last = curve!["losses"]!.AsArray().Count - 1;
            section.Append(CultureInfo.InvariantCulture, $"| {NameOf(curve)} | {(curve["learningRate"] is { } rate ? rate.ToString() : "learned")} | {At(curve, Math.Min(20, last))} | {At(curve, last)} | {Behind(curve)} |\n");
        }

        section.Append(
            CultureInfo.InvariantCulture,
            $"\nMeans over {kept["contest"]!["tasks"]} test tasks with 95% intervals, in the last column of the differences on each task; learning rates are the best of {kept["contest"]!["learningRates"]} by the loss after the last step, on as many validation tasks. Trained for {result["iterations"]} iterations in {result["trainingSeconds"]!.GetValue<double>() / 60:F1} min: {kept["date"]}, {kept["commit"]}, `{kept["command"]}`; compared: {kept["contest"]!["date"]}, {kept["contest"]!["commit"]}.\n");
        return section.ToString();
    }

    /// <summary>The loss of every optimizer after the last step, in one line.</summary>
    public static string Final(JsonObject kept) => kept["contest"] is null ? "not run" : string.Join(", ", CurvesOf(kept).Select(static curve =>
        $"{NameOf(curve!)} {At(curve!, curve!["losses"]!.AsArray().Count - 1)}"));

    /// <summary>The picture.</summary>
    public static string Picture(Figure figure, JsonObject kept) => CurvePlot.Svg(
        figure.Table,
        "steps",
        "mean loss",
        [.. CurvesOf(kept).Select(static curve => (NameOf(curve!), curve!["losses"]!.AsArray().Select(static (loss, step) => ((double)step, ValueOf(loss))).ToArray()))]);

    private static JsonArray CurvesOf(JsonObject kept) => kept["contest"]!["curves"]!.AsArray();

    private static string NameOf(JsonNode curve) => curve["name"]!.GetValue<string>() switch
    {
        "Sgd" => "SGD",
        "RmsProp" => "RMSProp",
        var other => other,
    };

    // Runs of before it was measured have none.
    private static string Behind(JsonNode curve) => curve["learningRate"] is null ? "" : curve["behind"] is not JsonArray behind ? "-" : string.Create(
        CultureInfo.InvariantCulture, $"{ValueOf(behind[0]):F3} ± {ValueOf(behind[1]):F3}");

    private static string At(JsonNode curve, int step) => string.Create(
        CultureInfo.InvariantCulture, $"{ValueOf(curve["losses"]![step]):F3} ± {ValueOf(curve["ci95"]![step]):F3}");

    private static double ValueOf(JsonNode? value) => value?.GetValue<double>() ?? double.NaN;
}
