// MAML++: MAML, phi_(k+1) = phi_k - s_k grad L(phi_k; support of t), k = 0 .. K - 1, with parts that can each be switched off:
// - multi-step loss: the meta-gradient is that of sum_t sum_k w_k L(phi_k; query of t), k = 1 .. K, whose weights move to the last step;
// - learned step sizes s_k, one a layer and step, as multiples of the inner learning rate: the authors' code learns s_k itself, of which an
//   outer learning rate of 0.001 is a hundredth in its settings, but a tenth where the inner one is 0.01, and then nothing is learned;
// - scales and shifts of batch normalisations learned for each step (always with the statistics of the batch itself);
// - derivative-order annealing: first order for a while, then second. First order takes grad L(phi_k) as a constant, so that step sizes
//   and the last rows of scales and shifts are learned all the same.
// The cosine schedule of the outer learning rate, the paper's last part, is the section meta's.
// Antoniou, Edwards, Storkey: How to train your MAML, ICLR 2019, arXiv:1810.09502, section 4. Running statistics by step are left out: the
// authors' code stores them and normalises with those of the batch. It learns a step size for each tensor; here weight and bias share one.
// It has K rows of scales and shifts: the support pass at phi_k and the query pass at phi_(k+1) take row k; here both passes at phi_k do, and
// there are K + 1.
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
/// MAML++ (arXiv:1810.09502). Beside the model's parameters it learns step sizes, <c>stepScale.LAYER</c> [K + 1] or [1] in multiples of the inner learning rate; with
/// normalisations by step, <c>perStep.NORM.weight</c> and <c>perStep.NORM.bias</c> [K + 1, channels] replace the model's own.
/// </summary>
public sealed class MamlPlusPlus : IMetaAlgorithm, IFusible
{
    private readonly IModel _model;
    private readonly MamlPlusPlusOptions _options;
    private readonly StepwiseParameters _stepwise;

    /// <summary>The method for a model.</summary>
    /// <param name="model">The model whose initial parameters are learned.</param>
    /// <param name="loss">The loss of both loops.</param>
    /// <param name="options">Null takes the defaults.</param>
    public MamlPlusPlus(IModel model, ExampleLoss loss, MamlPlusPlusOptions? options = null)
    {
        (_model, Loss, _options) = (model, loss, options ?? new MamlPlusPlusOptions());
        _stepwise = new StepwiseParameters(model, _options);
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => _stepwise.Definitions;

    /// <inheritdoc/>
    public ExampleLoss Loss { get; }

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <summary>The method as a fused program reads it.</summary>
    internal StepwiseRule Rule => new()
    {
        Steps = InnerSteps,
        LearningRate = _options.InnerLearningRate,
        Loss = _options.InnerLoss,
        StepSizeEntries = _stepwise.StepSizeEntries,
        HasNormRows = _options.PerStepNorm,
        AdaptsNorms = _options.AdaptNorm,
        IsEverThrough = _options.Order == GradientOrder.Second,
        PassOf = iteration => new StepwisePass(IsThrough(iteration), LossWeights(iteration)),
    };

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var learned = parameters.AsLeaves();
        var (weights, descend) = (LossWeights(context.Iteration), _stepwise.Descend(learned));
        var fast = _stepwise.Start(learned).Select(tensor => Ops.ExpandTasks(tensor, tasks.Support.Tasks));
        var (predictions, losses_T, objective) = (default(Tensor), default(Tensor), default(Tensor));
        for (var step = 0; step < InnerSteps; step++)
        {
            fast = descend(fast, SupportGradients(fast, tasks.Support, IsThrough(context.Iteration)), step);
            if (weights[step] == 0)
            {
                continue;
            }

            predictions = _model.Forward(fast, tasks.Query.Inputs);
            losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);
            var share = Ops.Scale(Ops.Sum(losses_T), weights[step]);
            objective = objective is null ? share : Ops.Add(objective, share);
        }

        return new MetaGradient(Gradients.Of(objective!, learned, createGraph: false), losses_T!, predictions!);
    }

    /// <inheritdoc/>
    IBlockProgram<T>? IFusible.Fuse<T>(EpisodeShape shape, ParameterLayout layout, ComputeContext context) =>
        Fusion.Stepwise<T>(_model, Loss, Rule, shape, layout);

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        var adapted = GradientSteps.Detached(
            _stepwise.Start(parameters), support.Tasks, context.InnerSteps ?? InnerSteps, SupportLosses(support), _stepwise.Descend(parameters));
        return new ModelPredictor(_model, adapted, support.Inputs, context.Transductive);
    }

    private bool IsThrough(long iteration) => _options.Order == GradientOrder.Second && iteration >= _options.FirstOrderIterations;

    private double[] LossWeights(long iteration) => _options.MultiStepLoss
        ? StepLossWeights.Of(InnerSteps, iteration, _options.MultiStepIterations)
        : StepLossWeights.LastAlone(InnerSteps);

    private ParameterSet SupportGradients(ParameterSet fast, Examples support, bool isThrough)
    {
        if (isThrough)
        {
            return Gradients.Of(Ops.Sum(SupportLosses(support)(fast)), fast, createGraph: true);
        }

        using var scope = NewDisposeScope();
        var leaves = fast.AsLeaves();
        return Gradients.Of(Ops.Sum(SupportLosses(support)(leaves)), leaves, createGraph: false).Select(tensor => tensor.MoveToOuterDisposeScope());
    }

    private Func<ParameterSet, Tensor> SupportLosses(Examples support) => TaskLoss.Of(Loss, _model, support, _options.InnerLoss);
}
