// MAML: theta_t = theta - a grad L(theta; support of t), K times; the meta-gradient is that of sum_t L(theta_t; query of t) with
// respect to theta, through the adaptation (order: second), or with the adapted parameters taken as constants (order: first, FOMAML).
// Finn, Abbeel, Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017, arXiv:1703.03400,
// equation 1 and algorithms 1 and 2; first order: its section 5.2.
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

/// <summary>What the meta-gradient of an adaptive method goes through.</summary>
public enum GradientOrder
{
    /// <summary>Through the adaptation.</summary>
    Second,

    /// <summary>Past it: the adapted parameters are taken as constants.</summary>
    First,
}

/// <summary>The options of <see cref="Maml"/>.</summary>
[Description("MAML (Finn et al. 2017): learns initial parameters from which a few gradient steps reach any task.")]
public sealed record MamlOptions
{
    /// <summary>second, or first (FOMAML).</summary>
    [Description("second: differentiate through the adaptation. first: take the adapted parameters as constants (FOMAML), cheaper.")]
    public GradientOrder Order { get; init; } = GradientOrder.Second;

    /// <summary>Gradient steps on the support set.</summary>
    [Description("Gradient steps on a task's support set.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 1;

    /// <summary>The step size; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size; it belongs to innerLoss: 0.4 on the mean is 0.08 on the sum of 5 examples.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;
}

/// <summary>Model-agnostic meta-learning, second and first order (arXiv:1703.03400).</summary>
/// <param name="model">The model whose initial parameters are learned.</param>
/// <param name="loss">The loss of both loops.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class Maml(IModel model, ExampleLoss loss, MamlOptions? options = null) : IMetaAlgorithm, IFusible
{
    private readonly MamlOptions _options = options ?? new MamlOptions();

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => model.Parameters;

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public IMetaAlgorithm Briefly => InnerSteps <= 2 ? this : new Maml(model, Loss, _options with { InnerSteps = 2 });

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var (secondOrder, count) = (_options.Order == GradientOrder.Second, tasks.Support.Tasks);
        var theta = parameters.AsLeaves();
        var adapted = secondOrder
            ? GradientSteps.Differentiable(theta, count, InnerSteps, SupportLosses(tasks.Support), GradientSteps.Descend(_options.InnerLearningRate))
            : GradientSteps.Detached(theta, count, InnerSteps, SupportLosses(tasks.Support), GradientSteps.Descend(_options.InnerLearningRate)).AsLeaves();
        var predictions = model.Forward(adapted, tasks.Query.Inputs);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        var gradient = secondOrder
            ? Gradients.Of(Ops.Sum(losses_T), theta, createGraph: false)
            : Gradients.Of(Ops.Sum(losses_T), adapted, createGraph: false).SumOverTasks();
        return new MetaGradient(gradient, losses_T, predictions);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context) => Fusion.Adaptation<T>(
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
        var adapted = GradientSteps.Detached(
            parameters, support.Tasks, context.InnerSteps ?? InnerSteps, SupportLosses(support), GradientSteps.Descend(_options.InnerLearningRate));
        return new ModelPredictor(model, adapted, support.Inputs, context.Transductive);
    }

    private Func<ParameterSet, Tensor> SupportLosses(Examples support) => TaskLoss.Of(Loss, model, support, _options.InnerLoss);
}
