using System.Text.Json;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Specs written short.</summary>
internal static class Specs
{
    public const string TwoLayers = """{ "kind": "mlp", "hidden": [12] }""";
    public const string SmallConv = """{ "kind": "conv4", "filters": 3 }""";
    public const string Adam = """{ "iterations": 100, "tasksPerIteration": 6, "optimizer": "adam", "learningRate": 0.01 }""";

    public static ExperimentSpec Of(string algorithm, string model = TwoLayers, string meta = Adam, string data = "{}", ulong seed = 7) => new()
    {
        Data = Json(data),
        Model = Json(model),
        Algorithm = Json(algorithm),
        Meta = Json(meta),
        Seed = seed,
    };

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
