// A learned optimizer: theta_{t+1} = theta_t + s u_t, (u_t, h_{t+1}) = LSTM(grad f(theta_t), h_t; phi), for each coordinate with the same
// weights phi and a memory h of its own, t = 0 .. K - 1; learned is phi, by the gradient of sum_t f(theta_t), t = 1 .. K.
// Andrychowicz, Denil, Gomez, Hoffman, Pfau, Schaul, Shillingford, de Freitas: Learning to learn by gradient descent by gradient descent,
// NIPS 2016, arXiv:1606.04474: equation 3 with all w_t = 1, section 2.1 (coordinate-wise), appendix A (log and sign of the gradient, p = 10;
// the authors' code published later takes 5). On quadratics the paper uses neither preprocessing nor a scaled output; the scale 0.01 is
// that of the authors' code.
// With learnInitial and metaLoss query it is a few-shot learner after Ravi and Larochelle: Optimization as a Model for Few-Shot Learning,
// ICLR 2017, but with the optimizer above in place of theirs.
//
// As in the paper the gradients that enter the LSTM are taken as constants, and h is cut every `truncation` steps. Then f(theta_t) depends on
// phi through theta_t alone, which is theta_0 plus updates: sum_t f(theta_t) has the meta-gradient of sum_t <g_t, theta_t> with the constant
// g_t = grad f(theta_t), which the next step needs in any case. So the graph that is differentiated holds the LSTM and no model; and since
// theta_t = theta_0 + ..., the meta-gradient of theta_0 is sum_t g_t, exactly and across truncations.
//
// No fused path: what is differentiated is the LSTM over all coordinates of all tasks, not the model's layers, and the model's plain
// gradients are the smaller part of the work.
// T tasks, P coordinates.
using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>A learned optimizer (arXiv:1606.04474), whose parameters are named <c>optimizer.</c>something.</summary>
/// <param name="model">What it optimizes.</param>
/// <param name="loss">The loss of both loops.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class LstmOptimizer(IModel model, ExampleLoss loss, LstmOptimizerOptions? options = null) : IMetaAlgorithm
{
    private readonly LstmOptimizerOptions _options = options ?? new LstmOptimizerOptions();
    private readonly Optimizee _optimizee = new(model, loss);
    private readonly CoordinateLstm _network = Network(options ?? new LstmOptimizerOptions());

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters => [.. _options.LearnInitial ? model.Parameters : [], .. _network.Parameters];

    /// <inheritdoc/>
    public ExampleLoss Loss { get; } = loss;

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    /// <remarks>The second step is the first to have a memory.</remarks>
    public IMetaAlgorithm Briefly => new LstmOptimizer(model, Loss, _options with { InnerSteps = Math.Min(2, InnerSteps) });

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var constants = Weights(parameters).Select(tensor => tensor.detach());
        var weights = constants.AsLeaves();
        var theta_TP = Start(parameters, tasks.Support.Tasks, context);
        var (memory, gradient_TP) = (_network.Empty(theta_TP), Slope(theta_TP, tasks.Support));
        var (ofWeights, ofStart_TP) = ((ParameterSet?)null, (Tensor?)null);
        for (int first = 0, end; first < InnerSteps; first = end)
        {
            using var scope = NewDisposeScope();
            var metaLoss = (Tensor?)null;
            end = End(first);
            var isLearned = _options.MetaLoss == OptimizerLoss.SupportTrajectory || end == InnerSteps;
            for (var step = first; step < end; step++)
            {
                (var update_TP, memory) = _network.Step(isLearned ? weights : constants, gradient_TP, memory);
                theta_TP = Ops.Add(theta_TP, update_TP);
                var judges = _options.MetaLoss == OptimizerLoss.Query && step == InnerSteps - 1;
                gradient_TP = judges ? _optimizee.Slope(theta_TP, tasks.Query, InnerLoss.Mean).Gradient : Slope(theta_TP, tasks.Support);
                if (judges || _options.MetaLoss == OptimizerLoss.SupportTrajectory)
                {
                    metaLoss = Plus(metaLoss, Ops.Sum(Ops.Multiply(gradient_TP, theta_TP)));
                    ofStart_TP = Plus(ofStart_TP, gradient_TP);
                }
            }

            if (metaLoss is not null)
            {
                var ofSegment = Gradients.Of(metaLoss, weights, createGraph: false);
                ofWeights = (ofWeights?.Zip(ofSegment, Ops.Add) ?? ofSegment).Select(tensor => tensor.MoveToOuterDisposeScope());
                _ = ofStart_TP!.MoveToOuterDisposeScope();
            }

            memory = memory.Select(tensor => tensor.detach().MoveToOuterDisposeScope());
            (theta_TP, _) = (theta_TP.detach().MoveToOuterDisposeScope(), gradient_TP.MoveToOuterDisposeScope());
        }

        using var noGraph = no_grad();
        var predictions = _optimizee.Predict(theta_TP, tasks.Query.Inputs);
        var gradient = parameters.Replace(ofWeights!);
        gradient = _options.LearnInitial ? gradient.Replace(_optimizee.Split(Ops.Sum(ofStart_TP!, 0, keepDimension: true))) : gradient;
        return new MetaGradient(gradient, TaskLoss.Of(Loss, predictions, tasks.Query), predictions);
    }

    /// <inheritdoc/>
    /// <remarks>Without learned initial values every task starts at the same ones, the model's own of seed 0: nothing here tells tasks apart.</remarks>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        var theta_TP = Descent.Run(
            Start(parameters, support.Tasks, context: null),
            context.InnerSteps ?? InnerSteps,
            theta => _optimizee.Slope(theta, support, _options.InnerLoss),
            Update(parameters));
        return new ModelPredictor(model, _optimizee.Split(theta_TP), support.Inputs, context.Transductive);
    }

    /// <summary>The optimizer that these parameters are, with nothing in its memory.</summary>
    internal CoordinateUpdate Update(ParameterSet parameters)
    {
        var (weights, memory) = (Weights(parameters).Select(tensor => tensor.detach()), (OptimizerMemory?)null);
        return gradient =>
        {
            var before = memory;
            (var update, memory) = _network.Step(weights, gradient, before ?? _network.Empty(gradient));
            memory = memory.Select(tensor => tensor.MoveToOuterDisposeScope());
            before?.Free();
            return update;
        };
    }

    private static CoordinateLstm Network(LstmOptimizerOptions options) => new(
        options.Layers,
        options.HiddenUnits,
        options.Preprocessing == GradientPreprocessing.LogAndSign ? options.PreprocessingP : null,
        options.OutputScale);

    private static ParameterSet Weights(ParameterSet parameters) =>
        parameters.Take(parameters.Layout.Where(name => name.StartsWith(CoordinateLstm.Prefix, StringComparison.Ordinal)));

    /// <summary>
    /// Where the steps end that are differentiated through together with step <paramref name="first"/>, at which they begin. A query loss has only
    /// the last of such stretches learned from: with it the first one is cut short, not the last.
    /// </summary>
    private int End(int first) => _options.MetaLoss == OptimizerLoss.Query
        ? InnerSteps - ((InnerSteps - first - 1) / _options.Truncation * _options.Truncation)
        : Math.Min(first + _options.Truncation, InnerSteps);

    private static Tensor Plus(Tensor? sum, Tensor term) => sum is null ? term.clone() : Ops.Add(sum, term);

    private Tensor Slope(Tensor theta, Examples support) => _optimizee.Slope(theta, support, _options.InnerLoss).Gradient;

    /// <summary>Where each task starts, [T, P]: at what is learned; else at a draw for each task of training, and at one for all others.</summary>
    private Tensor Start(ParameterSet parameters, long tasks, ComputeContext? context)
    {
        if (_options.LearnInitial)
        {
            return Ops.ExpandTasks(Optimizee.Join(parameters.Take(_optimizee.Layout)).detach(), tasks);
        }

        var (dtype, device) = (parameters.Tensors[0].dtype, parameters.Tensors[0].device);
        var seeds = new ulong[context is null ? 1 : tasks];
        for (var task = 0; context is not null && task < seeds.Length; task++)
        {
            var key = new EpisodeKey(context.Seed, Episodes.Split.Train, context.Iteration, context.FirstTask + task);
            seeds[task] = new CounterRandom(key, RandomPurpose.Algorithm).NextUInt64();
        }

        return Ops.ExpandTasks(_optimizee.Draw(seeds, dtype, device), tasks);
    }
}
