// HSML: g_t = task vector of t's support set (an autoencoder's code), h_t = root of a soft cluster tree above g_t,
// eta_t = sigmoid(FC([g_t, h_t])), a gate for every weight; theta_t = theta * eta_t (element by element), then MAML's inner loop from there:
// theta_t <- theta_t - a grad L(theta_t; support of t), K times. The meta-gradient is that of
// sum_t L(theta_t; query of t) + reconstruction * L_autoencoder(support of t) with respect to theta and everything that makes g, h and eta.
// Yao, Wei, Huang, Li: Hierarchically Structured Meta-learning, ICML 2019, arXiv:1905.05301, section 4; details that the text leaves open
// (the mean of the GRU's states, the decoder, the variance of the kernel) as in the authors' program, github.com/huaxiuyao/HSML. What
// differs: assignment above the first level is by the kernel too (a linear gate there); images are recognised by the model's features (a
// second convolutional net there), which pass an embedding before the GRU (none there for images); the loss of the mean autoencoder has no
// factor of 0.5.
// Order first takes theta_t - theta * eta_t as constant.
//
// It is computed through autograd alone: the fused programs begin all tasks of a block at one point, and know no recurrent layer. Here
// every task begins elsewhere, and where depends on its support set.
// T tasks, S support examples, P values of a parameter, H the task vector.
using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms.Hierarchy;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Hierarchically structured meta-learning (arXiv:1905.05301). Its own parameters are named <c>hsml.</c>something.</summary>
public sealed class Hsml : IMetaAlgorithm
{
    private const string Prefix = "hsml";
    private readonly ISplitModel _model;
    private readonly HsmlOptions _options;
    private readonly bool _readsFeatures;
    private readonly ParameterLayout _weights;
    private readonly TaskEncoder _encoder;
    private readonly ClusterTree _tree;

    /// <summary>The method for a model.</summary>
    /// <param name="model">The model whose initial parameters are learned.</param>
    /// <param name="loss">The loss of both loops.</param>
    /// <param name="shape">The training episodes: images are recognised by the model's features, all other inputs by themselves.</param>
    /// <param name="options">Null takes the defaults.</param>
    public Hsml(ISplitModel model, ExampleLoss loss, EpisodeShape shape, HsmlOptions? options = null)
    {
        (_model, Loss, _options) = (model, loss, options ?? new HsmlOptions());
        _readsFeatures = shape.Input.Length == 3;
        _weights = new ParameterLayout(model.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));
        var input = _readsFeatures ? model.FeatureShape.Aggregate(1, (product, size) => product * size) : shape.InputLength;
        _encoder = TaskEncoder.Create(_options, input + shape.Outputs, Prefix);
        _tree = new ClusterTree(_options.Clusters, _options.Width, _options.Variance, Prefix);
        Parameters = [.. model.Parameters, .. _encoder.Parameters, .. _tree.Parameters, .. model.Parameters.SelectMany(Gate)];
    }

    /// <inheritdoc/>
    public ImmutableArray<ParameterDefinition> Parameters { get; }

    /// <inheritdoc/>
    public ExampleLoss Loss { get; }

    /// <inheritdoc/>
    public int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    public MetaGradient Compute(ComputeContext context, ParameterSet parameters, TaskBatch tasks)
    {
        var (count, secondOrder) = (tasks.Support.Tasks, _options.Order == GradientOrder.Second);
        var learned = parameters.AsLeaves();
        var (start, reconstruction_T) = Start(learned, tasks.Support, reconstruct: _options.Reconstruction > 0);
        var adapted = secondOrder
            ? GradientSteps.Differentiable(start, count, InnerSteps, SupportLosses(tasks.Support), GradientSteps.Descend(_options.InnerLearningRate))
            : GradientSteps.Detached(start, count, InnerSteps, SupportLosses(tasks.Support), GradientSteps.Descend(_options.InnerLearningRate)).AsLeaves();
        var predictions = _model.Forward(adapted, tasks.Query.Inputs);
        var losses_T = TaskLoss.Of(Loss, predictions, tasks.Query);

        // First order: the slope at the adapted parameters, taken for that at the start, goes back through the gates as any other.
        var objective = secondOrder ? Ops.Sum(losses_T) : Inner(Gradients.Of(Ops.Sum(losses_T), adapted, createGraph: false), start);
        objective = reconstruction_T is null ? objective : Ops.Add(objective, Ops.Sum(reconstruction_T), _options.Reconstruction);
        return new MetaGradient(Gradients.Of(objective, learned, createGraph: false), losses_T, predictions);
    }

    /// <inheritdoc/>
    public IPredictor Adapt(AdaptContext context, ParameterSet parameters, Examples support)
    {
        ParameterSet start;
        using (no_grad())
        {
            start = Start(parameters, support, reconstruct: false).Theta;
        }

        var adapted = GradientSteps.Detached(start, support.Tasks, context.InnerSteps ?? InnerSteps, SupportLosses(support), GradientSteps.Descend(_options.InnerLearningRate));
        return new ModelPredictor(_model, adapted, support.Inputs, context.Transductive);
    }

    /// <summary>Where the inner loop of each task begins, theta * eta, each [T, shape...]; and the loss of the autoencoder, [T], where asked for.</summary>
    internal (ParameterSet Theta, Tensor? Reconstruction) Start(ParameterSet parameters, Examples support, bool reconstruct)
    {
        var theta = parameters.Take(_weights);
        var inputs_TSF = _readsFeatures ? _model.Features(theta, support.Inputs) : Ops.Flatten(support.Inputs);
        var code = _encoder.Encode(parameters, cat([inputs_TSF, support.Targets], -1), reconstruct);
        var kind_T1H = cat([code.Vector, _tree.Root(parameters, code.Vector)], -1);
        var eta = theta.With(_weights.Slots.Select(slot => Eta(parameters, kind_T1H, slot)));
        return (theta.Zip(eta, Ops.Multiply), code.Reconstruction);
    }

    private static string GateOf(string parameter) => $"{Prefix}.gate.{parameter}";

    private static Tensor Inner(ParameterSet left, ParameterSet right) =>
        left.Zip(right, (a, b) => Ops.Sum(Ops.Multiply(a, b))).Tensors.Aggregate(Ops.Add);

    /// <summary>The gates of a parameter: [T, shape...], or [T, outputs, 1...] where those that lead to an output share one.</summary>
    private Tensor Eta(ParameterSet parameters, Tensor kind_T1H, ParameterSlot slot)
    {
        var gate = GateOf(slot.Name);
        var eta_T1P = Ops.Sigmoid(Ops.Linear(kind_T1H, parameters, gate));
        return ParameterSet.Arrange(eta_T1P.reshape([kind_T1H.shape[0], .. GateShape(slot.Shape).Select(size => (long)size)]));
    }

    private ParameterDefinition[] Gate(ParameterDefinition parameter)
    {
        var (name, gates, inputs) = (GateOf(parameter.Name), GateShape(parameter.Shape).Aggregate(1, (product, size) => product * size), 2 * _options.Width);
        var open = Initializer.Constant(Math.Log(_options.InitialGate / (1 - _options.InitialGate)));
        return [new($"{name}.weight", [gates, inputs], Initializer.Uniform(1 / Math.Sqrt(inputs))), new($"{name}.bias", [gates], open)];
    }

    private ImmutableArray<int> GateShape(ImmutableArray<int> shape) =>
        _options.Gates == HsmlGates.Weight ? shape : [.. shape.Select((size, dimension) => dimension == 0 ? size : 1)];

    private Func<ParameterSet, Tensor> SupportLosses(Examples support) => TaskLoss.Of(Loss, _model, support, _options.InnerLoss);
}
