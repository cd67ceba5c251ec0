// Meta-SGD: theta_t = theta - s * grad L(theta; support of t), K times, with a learned step size s for every parameter (* element by
// element); the meta-gradient is that of sum_t L(theta_t; query of t) with respect to theta and s.
// Li, Zhou, Chen, Li: Meta-SGD: Learning to Learn Quickly for Few-Shot Learning, 2017, arXiv:1707.09835, equations 2 and 3.
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

/// <summary>The options of <see cref="MetaSgd"/>.</summary>
[Description("Meta-SGD (Li et al. 2017): learns initial parameters and a step size for each of them.")]
public sealed record MetaSgdOptions
{
    /// <summary>Gradient steps on the support set.</summary>
    [Description("Gradient steps on a task's support set.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 1;

    /// <summary>The value that every step size starts from; it belongs to <see cref="InnerLoss"/>.</summary>
    [Description("The value that every learned step size starts from; it belongs to innerLoss.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;
}

/// <summary>MAML with learned step sizes (arXiv:1707.09835), which are parameters named <c>stepSize.</c> and the parameter's name.</summary>
/// <param name="model">The model whose initial parameters are learned.</param>
/// <param name="loss">The loss of both loops.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class MetaSgd(IModel model, ExampleLoss loss, MetaSgdOptions? options = null) : IMetaAlgorithm, IFusible
{
    /// <summary>What the name of every step size begins with.</summary>
    public const string StepSizePrefix = "stepSize.";

    private readonly MetaSgdOptions _options = options ?? new MetaSgdOptions();

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; } =
    [
        .. model.Parameters,
        .. model.Parameters.Select(parameter => new ParameterDefinition(
            StepSizePrefix + parameter.Name, parameter.Shape, Initializer.Constant((options ?? new MetaSgdOptions()).InnerLearningRate))),
    ];

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public IMetaAlgorithm Briefly => InnerSteps <= 2 ? this : new MetaSgd(model, Loss, _options with { InnerSteps = 2 });

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var learned = parameters.AsLeaves();
        var (theta, stepSizes) = Split(learned);
        var adapted = GradientSteps.Differentiable(
            theta, tasks.Support.Tasks, InnerSteps, SupportLosses(tasks.Support), Descend(stepSizes));
        var predictions = model.Forward(adapted, tasks.Query.Inputs);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        return new MetaGradient(Gradients.Of(Ops.Sum(losses_T), learned, createGraph: false), losses_T, predictions);
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
            Direction = MetaDirection.SecondOrder,
            LearnsStepSizes = true,
        },
        shape,
        layout,
        StepSizePrefix);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        var (theta, stepSizes) = Split(parameters);
        var adapted = GradientSteps.Detached(
            theta, support.Tasks, context.InnerSteps ?? InnerSteps, SupportLosses(support), Descend(stepSizes));
        return new ModelPredictor(model, adapted, support.Inputs, context.Transductive);
    }

    private static (ParameterSet Theta, Tensor[] StepSizes) Split(ParameterSet learned)
    {
        var theta = learned.Take(learned.Layout.Where(name => !name.StartsWith(StepSizePrefix, StringComparison.Ordinal)));
        return (theta, [.. theta.Layout.Slots.Select(slot => learned[StepSizePrefix + slot.Name])]);
    }

    private static InnerUpdate Descend(Tensor[] stepSizes) => (parameters, gradients, _) =>
        parameters.Zip(gradients.Zip(gradients.With(stepSizes), Ops.Multiply), Ops.Subtract);

    private Func<ParameterSet, Tensor> SupportLosses(Examples support) => TaskLoss.Of(Loss, model, support, _options.InnerLoss);
}
