// ANIL: only the head adapts, h_t = h - a grad_h L(body, h; support of t), K times, on features that the shared body computes once;
// the meta-gradient is that of sum_t L(body, h_t; query of t) with respect to body and head.
// Raghu, Raghu, Bengio, Vinyals: Rapid Learning or Feature Reuse? Towards Understanding the Effectiveness of MAML, ICLR 2020,
// arXiv:1909.09157, section 5, equation 3.
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The options of <see cref="Anil"/>.</summary>
[Description("ANIL (Raghu et al. 2020): MAML whose inner loop adapts the head alone.")]
public sealed record AnilOptions
{
    /// <summary>second or first.</summary>
    [Description("second: differentiate through the adaptation of the head. first: take the adapted head as a constant.")]
    public GradientOrder Order { get; init; } = GradientOrder.Second;

    /// <summary>Gradient steps on the support set.</summary>
    [Description("Gradient steps of the head on a task's support set.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 5;

    /// <summary>The step size; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size; it belongs to innerLoss.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;
}

/// <summary>Almost no inner loop (arXiv:1909.09157).</summary>
/// <param name="model">The model; its head adapts.</param>
/// <param name="loss">The loss of both loops.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class Anil(ISplitModel model, ExampleLoss loss, AnilOptions? options = null) : IMetaAlgorithm, IFusible
{
    private readonly AnilOptions _options = options ?? new AnilOptions();

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => model.Parameters;

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var theta = parameters.AsLeaves();
        var learned = _options.Order == GradientOrder.Second
            ? theta.Replace(AdaptDifferentiably(theta, tasks.Support))
            : theta.Replace(AdaptDetached(theta, tasks.Support, InnerSteps).AsLeaves());
        var predictions = model.Head(learned, model.Features(theta, tasks.Query.Inputs));
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        var sources = _options.Order == GradientOrder.Second ? theta : learned;
        return new MetaGradient(
            Gradients.Of(Ops.Sum(losses_T), sources, createGraph: false).SumOverTasks(), losses_T, predictions);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context) => Fusion.HeadAdaptation<T>(
        model,
        Loss,
        new InnerRule
        {
            Steps = InnerSteps,
            LearningRate = _options.InnerLearningRate,
            Loss = _options.InnerLoss,
            Direction = _options.Order == GradientOrder.Second ? MetaDirection.SecondOrder : MetaDirection.FirstOrder,
        },
        shape,
        layout);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        var head = AdaptDetached(parameters, support, context.InnerSteps ?? InnerSteps);
        return new HeadPredictor(model, parameters, head, support.Inputs, context.Transductive);
    }

    private static ParameterSet Head(ParameterSet parameters) =>
        parameters.Take(parameters.Layout.Where(name => name.StartsWith(ISplitModel.HeadPrefix, StringComparison.Ordinal)));

    private ParameterSet AdaptDifferentiably(ParameterSet theta, Examples support) => GradientSteps.Differentiable(
        Head(theta), support.Tasks, InnerSteps, SupportLosses(theta, model.Features(theta, support.Inputs), support), GradientSteps.Descend(_options.InnerLearningRate));

    private ParameterSet AdaptDetached(ParameterSet parameters, Examples support, int steps)
    {
        Tensor features;
        using (no_grad())
        {
            features = model.Features(parameters, support.Inputs);
        }

        return GradientSteps.Detached(Head(parameters), support.Tasks, steps, SupportLosses(parameters, features, support), GradientSteps.Descend(_options.InnerLearningRate));
    }

    private Func<ParameterSet, Tensor> SupportLosses(ParameterSet parameters, Tensor features, Examples support) =>
        head => TaskLoss.Of(Loss, model.Head(parameters.Replace(head), features), support, _options.InnerLoss);

    private sealed class HeadPredictor(
        ISplitModel model, ParameterSet parameters, ParameterSet head, Tensor support, bool transductive) : IPredictor
    {
        public Tensor Predict(Tensor query)
        {
            using var noGraph = no_grad();
            var features = QueriesApart.Features(model, parameters, support, query, transductive);
            return model.Head(parameters.Replace(head), features);
        }
    }
}
