using System.Collections.Immutable;
using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Oracles;

/// <summary>Values in a shape.</summary>
internal sealed record OracleTensor(long[] Shape, double[] Values)
{
    /// <summary>As float64, with dimensions put before or after its own.</summary>
    public Tensor AsTensor(params long[] leading) => TensorData.FromValues(Values, [.. leading, .. Shape]);
}

/// <summary>Inputs and targets, or labels.</summary>
internal sealed record OracleExamples(OracleTensor X, OracleTensor Y);

/// <summary>The episodes of a case.</summary>
internal sealed record OracleEpisodes(OracleExamples[] Support, OracleExamples[] Query);

/// <summary>One expected meta-gradient.</summary>
internal sealed record OracleExpectation
{
    public required string Algorithm { get; init; }

    public string? Order { get; init; }

    public int InnerSteps { get; init; }

    public double InnerLearningRate { get; init; }

    public required double MetaLoss { get; init; }

    public required Dictionary<string, OracleTensor> MetaGradient { get; init; }

    public Dictionary<string, OracleTensor>? StepSizeGradient { get; init; }
}

/// <summary>
/// Meta-losses and meta-gradients computed independently in float64 with PyTorch and learn2learn, with the network, its parameters and
/// the episodes that they belong to.
/// </summary>
internal sealed record OracleCase
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required string Task { get; init; }

    public required string Model { get; init; }

    public required int[] Sizes { get; init; }

    public required Dictionary<string, OracleTensor> Parameters { get; init; }

    public required OracleEpisodes Episodes { get; init; }

    public required OracleExpectation[] Expected { get; init; }

    /// <summary>All cases of the file.</summary>
    public static ImmutableArray<OracleCase> All { get; } = Read();

    /// <summary>The network of the case.</summary>
    public ISplitModel CreateModel() => Model switch
    {
        "mlp" => new Mlp(Sizes),
        "conv4" => new Conv4(channels: 1, height: 28, width: 28, filters: Sizes[0], outputs: Sizes[1]),
        _ => throw new InvalidOperationException($"The oracle file has a model '{Model}' that no test knows."),
    };

    /// <summary>Its loss.</summary>
    public ExampleLoss Loss => Task == "regression" ? Losses.MeanSquaredError : Losses.CrossEntropy;

    /// <summary>The case's parameters, float64, and for every name that it has not the value <paramref name="other"/>.</summary>
    public ParameterSet LoadParameters(ParameterLayout layout, double other = 0) => new(layout, layout.Slots.Select(slot =>
        Parameters.TryGetValue(slot.Name, out var value)
            ? ParameterSet.Arrange(value.AsTensor(1))
            : full([1, .. slot.Shape.Select(size => (long)size)], other, ScalarType.Float64)));

    /// <summary>The first <paramref name="count"/> episodes from <paramref name="first"/> on, stacked.</summary>
    public TaskBatch LoadTasks(int first = 0, int? count = null) =>
        new(Stack(Episodes.Support, first, count), Stack(Episodes.Query, first, count));

    /// <summary>The case's parameters as a flat vector, and for every name that it has not the value <paramref name="other"/>.</summary>
    public double[] LoadValues(ParameterLayout layout, double other = 0) => [.. layout.Slots.SelectMany(slot =>
        Parameters.TryGetValue(slot.Name, out var value) ? value.Values : [.. Enumerable.Repeat(other, slot.Length)])];

    /// <summary>All episodes, as a program reads them.</summary>
    public BlockData<double> LoadBlock()
    {
        var (supports, queries) = (Episodes.Support[0].X.Shape[0], Episodes.Query[0].X.Shape[0]);
        var isRegression = Task == "regression";
        var ways = isRegression ? 0 : Sizes[^1];
        var shape = new EpisodeShape
        {
            Ways = ways,
            Shots = (int)supports / Math.Max(1, ways),
            Queries = (int)queries / Math.Max(1, ways),
            Input = [.. Episodes.Support[0].X.Shape.Skip(1).Select(size => (int)size)],
            Targets = isRegression ? Sizes[^1] : 0,
        };
        return new BlockData<double>(shape, Episodes.Support.Length, Flat(Episodes.Support), Flat(Episodes.Query));
    }

    private static ImmutableArray<OracleCase> Read()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Oracles", "meta-gradients.json"));
        using var document = JsonDocument.Parse(file);
        return [.. document.RootElement.GetProperty("cases").Deserialize<OracleCase[]>(Json)!];
    }

    private Examples Stack(OracleExamples[] episodes, int first, int? count)
    {
        var chosen = episodes.AsSpan(first, count ?? episodes.Length - first).ToArray();
        return new Examples(
            cat([.. chosen.Select(episode => episode.X.AsTensor(1))]),
            cat([.. chosen.Select(episode => Targets(episode.Y))]));
    }

    private (double[] Inputs, double[] Targets) Flat(OracleExamples[] episodes) =>
        ([.. episodes.SelectMany(episode => episode.X.Values)], [.. episodes.SelectMany(episode => TargetValues(episode.Y))]);

    private Tensor Targets(OracleTensor y) => Task == "regression"
        ? y.AsTensor(1)
        : TensorData.FromValues(TargetValues(y), [1, y.Values.Length, Sizes[^1]]);

    private double[] TargetValues(OracleTensor y)
    {
        if (Task == "regression")
        {
            return y.Values;
        }

        var (examples, ways) = (y.Values.Length, Sizes[^1]);
        var oneHot = new double[examples * ways];
        for (var example = 0; example < examples; example++)
        {
            oneHot[(example * ways) + (int)y.Values[example]] = 1;
        }

        return oneHot;
    }
}
