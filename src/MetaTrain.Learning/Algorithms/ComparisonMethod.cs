// T tasks, S support and Q query examples, C classes, F features.
using System.Collections.Immutable;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>
/// The instance-based family: the model's body computes features, and a comparison of the queries' with the support set's gives logits.
/// A method of this family is its comparison and the parameters of its own; computing them, also without a graph through the body, is done here.
/// It learns the body: the head's parameters are no part of it.
/// </summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' answers.</param>
/// <param name="own">What the method learns beside the body; its names begin with none of the model's.</param>
public abstract class ComparisonMethod(ISplitModel model, ExampleLoss loss, params IEnumerable<ParameterDefinition> own) : IMetaAlgorithm, IFusible
{
    private readonly ImmutableArray<ParameterDefinition> _own = [.. own];

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters =>
        [.. model.Parameters.Where(parameter => !parameter.Name.StartsWith(ISplitModel.HeadPrefix, StringComparison.Ordinal)), .. _own];

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public virtual bool HasFixedWays => false;

    /// <inheritdoc/>
    public virtual int InnerSteps => 0;

    /// <summary>
    /// True when the answer to one query depends on the other queries that it is compared with (a normalisation over all of them, say):
    /// evaluation that keeps queries apart compares them one at a time only where this is true.
    /// </summary>
    protected internal virtual bool MixesQueries => false;

    /// <summary>
    /// The values of a class's description, for a method that compares with descriptions and does not look at the support set's features
    /// (zero-shot); 0 for one that compares with the support set.
    /// </summary>
    protected internal virtual int Descriptions => 0;

    /// <summary>The method with the same parameters whose answers are logits, so that their softmax is a probability: this one, where they are.</summary>
    protected internal virtual ComparisonMethod OfLogits => this;

    /// <summary>True when the answer for a class grows with its number of support examples: only classes with as many can be compared then.</summary>
    protected internal virtual bool CountsExamples => false;

    /// <summary>Whether the body normalises over the examples that it is shown together.</summary>
    internal bool BodyMixesExamples => model.MixesExamples;

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var theta = parameters.AsLeaves();
        var (support, queries) = (SupportFeatures(theta, tasks.Support), model.Features(theta, tasks.Query.Inputs));
        var comparison = new Comparison(support, tasks.Support.Targets, queries) { Training = context, Descriptions = tasks.Support.Descriptions };
        var predictions = Compare(theta, comparison);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        return new MetaGradient(Gradients.Of(Ops.Sum(losses_T), theta, createGraph: false), losses_T, predictions);
    }

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        using var noGraph = no_grad();
        return new Predictor(this, model, parameters, SupportFeatures(parameters, support), support, context);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context) =>
        Fusion.Comparison<T>(this, model, _own, shape, layout, context);

    /// <summary>The answers to the queries: differentiable with respect to features and parameters while training.</summary>
    /// <param name="parameters">At least the method's own, each [1, shape...].</param>
    /// <param name="comparison">What is compared.</param>
    /// <returns>[T, Q, C].</returns>
    protected internal abstract Tensor Compare(ParameterSet parameters, Comparison comparison);

    /// <summary>The answers of an adapted method, without a graph: [T, Q, C].</summary>
    /// <param name="parameters">At least the method's own, each [1, shape...].</param>
    /// <param name="comparison">What is compared.</param>
    /// <param name="transductive">False answers each query as if it were the only one.</param>
    internal Tensor Answer(ParameterSet parameters, Comparison comparison, bool transductive)
    {
        using var noGraph = no_grad();
        var queries = comparison.Queries.shape[1];
        return transductive || !MixesQueries || queries == 1
            ? Compare(parameters, comparison)
            : cat([.. Enumerable.Range(0, (int)queries).Select(query => Compare(parameters, comparison.Only(query)))], 1);
    }

    /// <summary>[T, S, F]; the inputs themselves for a method that looks at descriptions instead.</summary>
    private Tensor SupportFeatures(ParameterSet parameters, Examples support) =>
        Descriptions > 0 ? support.Inputs : model.Features(parameters, support.Inputs);

    private sealed class Predictor(
        ComparisonMethod method, ISplitModel model, ParameterSet parameters, Tensor features, Examples support, AdaptContext context) : IPredictor
    {
        public Tensor Predict(Tensor query)
        {
            using var noGraph = no_grad();
            var queries = QueriesApart.Features(model, parameters, support.Inputs, query, context.Transductive);
            var comparison = new Comparison(features, support.Targets, queries)
            {
                InnerSteps = context.InnerSteps ?? method.InnerSteps,
                Descriptions = support.Descriptions,
            };
            return method.Answer(parameters, comparison, context.Transductive);
        }
    }
}

/// <summary>Features to compare.</summary>
/// <param name="Support">[T, S, F].</param>
/// <param name="Labels">[T, S, C]: the support set's labels, one-hot, ordered by class.</param>
/// <param name="Queries">[T, Q, F].</param>
public sealed record Comparison(Tensor Support, Tensor Labels, Tensor Queries)
{
    /// <summary>While training, what the computation depends on besides: randomness comes from its seed, iteration and first task. Null for answers.</summary>
    public ComputeContext? Training { get; init; }

    /// <summary>Steps of adaptation on the support set's features, for a method that takes any, when answering.</summary>
    public int InnerSteps { get; init; }

    /// <summary>[T, C, V]: what is told of each class; null where nothing is.</summary>
    public Tensor? Descriptions { get; init; }

    /// <summary>One query alone.</summary>
    public Comparison Only(int query) => this with { Queries = Queries.narrow(1, query, 1) };
}
