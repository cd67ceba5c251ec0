// Reptile: theta_t = K steps of SGD or Adam from theta on the support loss of task t; theta moves towards the mean of the theta_t:
// the pseudo-gradient theta - theta_t takes the place of a meta-gradient, and nothing is differentiated through the adaptation.
// What makes it more than joint training is that steps see different mini-batches of the task (its section 5): give a support set of
// several innerShots.
// Nichol, Achiam, Schulman: On First-Order Meta-Learning Algorithms, 2018, arXiv:1803.02999, algorithm 2 (batched), section 3;
// inner Adam with beta1 = 0: its section 6.1. The authors' code lets its second moments go on from task to task; here a task knows nothing of
// those before it, and a fresh Adam's first steps move every parameter as far, however small its gradient: SGD learns better.
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>The inner optimizer of <see cref="Reptile"/>.</summary>
public enum InnerOptimizer
{
    /// <summary>Plain gradient steps.</summary>
    Sgd,

    /// <summary>Adam without momentum (beta1 = 0), its second moments starting anew in every task.</summary>
    Adam,
}

/// <summary>The options of <see cref="Reptile"/>.</summary>
[Description("Reptile (Nichol et al. 2018): moves the initial parameters towards the adapted ones.")]
public sealed record ReptileOptions : IValidatableObject
{
    private const double DefaultBeta2 = 0.999;

    /// <summary>sgd or adam.</summary>
    [Description("The inner optimizer: sgd, or adam without momentum (beta1 = 0), whose second moments start anew in every task.")]
    public InnerOptimizer InnerOptimizer { get; init; } = InnerOptimizer.Sgd;

    /// <summary>Steps on the support set.</summary>
    [Description("Steps on a task's support set; with one alone Reptile is ordinary joint training.")]
    [Range(1, 1000)]
    public int InnerSteps { get; init; } = 5;

    /// <summary>Support examples of a class (in all for regression) that a step sees, in turn; 0 for all of them.</summary>
    [Description("Support examples of a class (in all for regression) that each step sees, going round them; 0 for all at every step.")]
    [Range(0, 100_000)]
    public int InnerShots { get; init; }

    /// <summary>The step size; it belongs to <see cref="InnerOptimizer"/> and <see cref="InnerLoss"/>.</summary>
    [Description("The inner step size; it belongs to innerOptimizer and innerLoss.")]
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public double InnerLearningRate { get; init; } = 0.1;

    /// <summary>Adam's decay of the second moments.</summary>
    [Description("The decay of the inner Adam's second moments.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double InnerBeta2 { get; init; } = DefaultBeta2;

    /// <summary>mean or sum.</summary>
    [Description("How support examples join into the inner loss: mean or sum.")]
    public InnerLoss InnerLoss { get; init; } = InnerLoss.Mean;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => InnerOptimizer != InnerOptimizer.Adam && InnerBeta2 != DefaultBeta2
        ? [new ValidationResult(string.Create(CultureInfo.InvariantCulture, $"is {InnerBeta2}, but innerOptimizer is sgd: set it to adam, or leave innerBeta2 out."), [nameof(InnerBeta2)])]
        : [];
}

/// <summary>Reptile (arXiv:1803.02999). Its query sets are measured, never learned from.</summary>
/// <param name="model">The model whose initial parameters are learned.</param>
/// <param name="loss">The loss.</param>
/// <param name="shape">The training episodes, whose ways all episodes have.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class Reptile(IModel model, ExampleLoss loss, EpisodeShape shape, ReptileOptions? options = null) : IMetaAlgorithm, IFusible
{
    private readonly ReptileOptions _options = options ?? new ReptileOptions();

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => model.Parameters;

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var adapted = Steps(parameters, tasks.Support, InnerSteps);
        using var noGraph = no_grad();
        var predictions = model.Forward(adapted, tasks.Query.Inputs);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
        return new MetaGradient(parameters.Zip(adapted, Ops.Subtract).SumOverTasks(), losses_T, predictions);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape episodes, ParameterLayout layout, ComputeContext context) => Fusion.Adaptation<T>(
        model,
        Loss,
        new InnerRule
        {
            Steps = InnerSteps,
            LearningRate = _options.InnerLearningRate,
            Loss = _options.InnerLoss,
            Shots = _options.InnerShots,
            Direction = MetaDirection.TowardsAdapted,
            AdamBeta2 = _options.InnerOptimizer == InnerOptimizer.Adam ? _options.InnerBeta2 : null,
        },
        episodes,
        layout);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support) =>
        new ModelPredictor(model, Steps(parameters, support, context.InnerSteps ?? InnerSteps), support.Inputs, context.Transductive);

    private ParameterSet Steps(ParameterSet start, Examples support, int steps) => GradientSteps.Detached(
        start,
        support.Tasks,
        steps,
        SupportLosses(support),
        _options.InnerOptimizer == InnerOptimizer.Adam
            ? new AdamSteps(_options.InnerLearningRate, beta1: 0, _options.InnerBeta2).Next
            : GradientSteps.Descend(_options.InnerLearningRate));

    private Func<ParameterSet, int, Tensor> SupportLosses(Examples support)
    {
        if (MiniBatch.Of(Math.Max(1, shape.Ways), checked((int)support.Inputs.shape[1]), _options.InnerShots) is not { } batch)
        {
            var losses = TaskLoss.Of(Loss, model, support, _options.InnerLoss);
            return (parameters, _) => losses(parameters);
        }

        return (parameters, step) =>
        {
            long[] at = [.. Enumerable.Range(0, batch.Count).Select(row => (long)batch.Example(step, row))];
            return TaskLoss.Of(Loss, model, support.At(tensor(at).to(support.Inputs.device)), _options.InnerLoss)(parameters);
        };
    }
}
