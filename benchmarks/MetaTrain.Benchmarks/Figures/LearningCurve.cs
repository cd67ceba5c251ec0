using System.Globalization;
using System.Text.Json.Nodes;

namespace MetaTrain.Benchmarks.Figures;

/// <summary>How a run learned: the errors on validation classes that its document has.</summary>
internal static class LearningCurve
{
    /// <summary>What docs/results.md says of it, after its table.</summary>
    public static string Of(Figure figure, JsonObject kept)
    {
        JsonArray validations = ValidationsOf(kept);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\n![error on validation classes over iterations]({figure.Picture})\n\nAccuracies over {validations[0]!["episodes"]} validation episodes each: {At(validations[0]!)}, {At(validations[validations.Count / 2]!)}, {At(validations[^1]!)}; all are in benchmarks/figures/{figure.Id}.json.\n");

        static string At(JsonNode validation) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * validation["accuracy"]!.GetValue<double>():F2} after {validation["at"]}");
    }

    /// <summary>The picture.</summary>
    public static string Picture(Figure figure, JsonObject kept) => CurvePlot.Svg(
        $"{figure.Method}: error on validation classes",
        "meta-iterations",
        "percent",
        [(figure.Method, [.. ValidationsOf(kept).Select(static each => (each!["at"]!.GetValue<double>(), 100 * (1 - each["accuracy"]!.GetValue<double>())))])]);

    private static JsonArray ValidationsOf(JsonObject kept) => kept["result"]!["validations"]!.AsArray();
}
