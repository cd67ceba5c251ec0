// T tasks, Q queries, C classes, P = Q C pairs, F features, D channels of a feature map (or F), H and W its pixels, O filters.
using System.Collections.Immutable;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>
/// The relation module of <see cref="RelationNet"/>: two blocks on the joined maps of a class and a query (a 3x3 convolution, batch
/// normalisation over all pairs of a task, ReLU, 2x2 max pooling), then two fully connected layers. Where features are vectors, blocks are
/// fully connected.
/// </summary>
internal sealed class RelationModule
{
    private const int Blocks = 2;
    private const string Hidden = "relation.hidden";
    private const string Score = "relation.score";

    private readonly RelationNetOptions _options;
    private readonly int _channels;
    private readonly (int Height, int Width)? _map;

    /// <summary>A module for features of this shape.</summary>
    /// <param name="features">[D, H, W], or [F].</param>
    /// <param name="options">Sizes and parts.</param>
    public RelationModule(ImmutableArray<int> features, RelationNetOptions options)
    {
        (_options, _channels, _map) = (options, features[0], features.Length == 3 ? (features[1], features[2]) : null);
        var (height, width) = Enumerable.Range(0, Blocks).Aggregate(_map ?? (1, 1), (size, _) => Halves(size) ? (size.Item1 / 2, size.Item2 / 2) : size);
        Parameters =
        [
            .. Block(1, 2 * _channels),
            .. Block(2, options.Filters),
            .. Connected(Hidden, options.Filters * height * width, options.Hidden),
            .. Connected(Score, options.Hidden, 1),
        ];
    }

    /// <summary>What it learns.</summary>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <summary>The scores, before their sigmoid.</summary>
    /// <param name="parameters">At least the module's own.</param>
    /// <param name="classes">[T, C, F].</param>
    /// <param name="queries">[T, Q, F].</param>
    /// <returns>[T, Q, C].</returns>
    public Tensor Scores(ParameterSet parameters, Tensor classes, Tensor queries)
    {
        var pairs = Finish(parameters, 1, Join(parameters, classes, queries));
        pairs = Finish(parameters, 2, Affine(pairs, Weight(parameters, 2), Bias(parameters, 2)));
        var flat_TPF = _map is null ? pairs : Ops.FlattenImages(pairs);
        var hidden_TPF = Ops.Relu(Ops.Linear(flat_TPF, parameters, Hidden));
        var scores_TP1 = Ops.Linear(hidden_TPF, parameters, Score);
        return scores_TP1.reshape(queries.shape[0], queries.shape[1], classes.shape[1]);
    }

    /// <summary>
    /// The first layer on all pairs. What is linear in two halves is the sum of what it makes of each: classes and queries pass through it
    /// once each, not once a pair.
    /// </summary>
    /// <returns>[T, P, H, W, O], or [T, P, O].</returns>
    private Tensor Join(ParameterSet parameters, Tensor classes, Tensor queries)
    {
        var (weight, bias) = (Weight(parameters, 1), Bias(parameters, 1));
        var ofClasses = Affine(Maps(classes), weight.narrow(2, 0, _channels), bias);
        var ofQueries = Affine(Maps(queries), weight.narrow(2, _channels, _channels), zeros_like(bias));
        var joined_TQC = Ops.Add(ofQueries.unsqueeze(2), ofClasses.unsqueeze(1));
        return joined_TQC.reshape([queries.shape[0], -1, .. joined_TQC.shape.AsSpan(3)]);
    }

    /// <summary>Features as channels-last maps [T, N, H, W, D] where they are maps: they lie one channel after the other.</summary>
    private Tensor Maps(Tensor features) => _map is { } map
        ? Ops.ChannelsLast(features.reshape(features.shape[0], features.shape[1], _channels, map.Height, map.Width))
        : features;

    private Tensor Affine(Tensor x, Tensor weight, Tensor bias) => _map is null ? Ops.Linear(x, weight, bias) : Ops.Conv3x3(x, weight, bias);

    /// <summary>What follows a block's layer.</summary>
    private Tensor Finish(ParameterSet parameters, int block, Tensor x)
    {
        var positive = _options.BatchNorm
            ? Ops.BatchNormRelu(x, parameters[$"{Norm(block)}.weight"], parameters[$"{Norm(block)}.bias"], BatchNormReluLayer.Epsilon)
            : Ops.Relu(x);
        return _map is not null && Halves(((int)x.shape[2], (int)x.shape[3])) ? Ops.MaxPool2x2(positive) : positive;
    }

    private bool Halves((int Height, int Width) map) => _options.Pooling && map is { Height: > 1, Width: > 1 };

    private IEnumerable<ParameterDefinition> Block(int block, int inputs) =>
    [
        .. _map is null
            ? ParameterDefinition.Linear(Layer(block), inputs, _options.Filters)
            : ParameterDefinition.Conv3x3(Layer(block), inputs, _options.Filters),
        .. _options.BatchNorm ? ParameterDefinition.BatchNorm(Norm(block), _options.Filters) : [],
    ];

    /// <summary>
    /// A fully connected layer drawn as the paper's authors do in their code. So few ReLUs as hidden ones begin at 1: otherwise the loss of many
    /// wrong classes may silence them all at the start.
    /// </summary>
    private static ParameterDefinition[] Connected(string name, int inputs, int outputs) =>
    [
        new($"{name}.weight", [outputs, inputs], Initializer.Normal(0.01)),
        new($"{name}.bias", [outputs], Initializer.Constant(1)),
    ];

    private Tensor Weight(ParameterSet parameters, int block) => parameters[$"{Layer(block)}.weight"];

    private Tensor Bias(ParameterSet parameters, int block) => parameters[$"{Layer(block)}.bias"];

    private string Layer(int block) => _map is null ? $"relation.layer{block}" : $"relation.conv{block}";

    private static string Norm(int block) => $"relation.norm{block}";
}
