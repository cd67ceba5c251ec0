// Matching networks: a query attends to the support examples by a(x, x_i) = softmax_i of s cos(f(x), g(x_i)), and
// P(y | x, S) = sum_i a(x, x_i) y_i, a probability without a head or a step; the answers are its logarithms, whose softmax it is again.
// Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra: Matching Networks for One Shot Learning, NIPS 2016, arXiv:1606.04080, equation 1
// and section 2.1; f and g in full context: appendix A. The paper has no scale s: that is s = 1.
// T tasks, S support and Q query examples, C classes, F features.
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="MatchingNet"/>.</summary>
[Description("Matching networks (Vinyals et al. 2016): the labels of the support set, weighted by attention on the cosine of features.")]
public sealed record MatchingNetOptions : IValidatableObject
{
    /// <summary>Whether features are embedded once more, in the context of the whole support set.</summary>
    [Description("true: embed features again in the context of the support set, by a bidirectional and an attention LSTM (the paper's FCE).")]
    public bool FullContext { get; init; }

    /// <summary>How often a query reads the support set in full context.</summary>
    [Description("With fullContext: how often the attention LSTM reads the support set for each query.")]
    [Range(1, 100)]
    public int ProcessingSteps { get; init; } = 5;

    /// <summary>What cosines are multiplied by.</summary>
    [Description("What cosines are multiplied by before the softmax, an inverse temperature; the paper has none, which is 1.")]
    [Range(0.0, 10000.0, MinimumIsExclusive = true)]
    public double Scale { get; init; } = 1;

    /// <summary>Whether the scale is learned.</summary>
    [Description("true: the scale is learned too (its logarithm is) and begins at scale.")]
    public bool LearnScale { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => ProcessingSteps != new MatchingNetOptions().ProcessingSteps && !FullContext
        ? [new ValidationResult($"is {ProcessingSteps}, but fullContext is false: set it to true, or leave processingSteps out.", [nameof(ProcessingSteps)])]
        : [];
}

/// <summary>Matching networks (arXiv:1606.04080).</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' answers, which are log-probabilities and may be taken for logits.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class MatchingNet(ISplitModel model, ExampleLoss loss, MatchingNetOptions? options = null)
    : ComparisonMethod(model, loss, Own(model, options ?? new MatchingNetOptions()))
{
    private const string LogScale = "matching.scale.log";

    private readonly MatchingNetOptions _options = options ?? new MatchingNetOptions();

    /// <inheritdoc/>
    /// <remarks>The attention to a class is the sum of that to its examples.</remarks>
    protected internal override bool CountsExamples => true;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var (queries_TQF, support_TSF) = (comparison.Queries, comparison.Support);
        if (_options.FullContext)
        {
            support_TSF = FullContext.OfSupport(parameters, support_TSF);
            queries_TQF = FullContext.OfQueries(parameters, queries_TQF, support_TSF, _options.ProcessingSteps);
        }

        var cosines_TQS = Ops.Normalize(queries_TQF).bmm(Ops.Normalize(support_TSF).transpose(1, 2));
        var scaled_TQS = _options.LearnScale
            ? Ops.Multiply(cosines_TQS, Ops.Exp(parameters[LogScale]).unsqueeze(2))
            : Ops.Scale(cosines_TQS, _options.Scale);
        return LogProbabilities(Ops.LogSoftmax(scaled_TQS), comparison.Labels);
    }

    /// <summary>
    /// log sum_i a_i y_i without leaving logarithms, so that no class vanishes however sharp the attention: the logarithm of a label adds
    /// nothing to an example of the class and takes every other out.
    /// </summary>
    /// <param name="attention">[T, Q, S], logarithms.</param>
    /// <param name="labels">[T, S, C], one-hot.</param>
    /// <returns>[T, Q, C].</returns>
    private static Tensor LogProbabilities(Tensor attention, Tensor labels) =>
        Ops.LogSumExp(Ops.Add(attention.unsqueeze(2), Ops.Log(labels).transpose(1, 2).unsqueeze(1)));

    private static ImmutableArray<ParameterDefinition> Own(ISplitModel model, MatchingNetOptions options) =>
    [
        .. options.FullContext ? FullContext.Parameters(model.FeatureShape.Aggregate(1, (product, size) => product * size)) : [],
        .. options.LearnScale ? [new ParameterDefinition(LogScale, [1], Initializer.Constant(Math.Log(options.Scale)))] : ImmutableArray<ParameterDefinition>.Empty,
    ];
}
