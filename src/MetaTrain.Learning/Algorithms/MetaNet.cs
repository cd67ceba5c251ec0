// Meta networks. Fast weights of a task come from gradients of losses on its support set and act beside the slow, learned ones:
//   representation  Q* = LSTM over parts of the support set of the gradient with respect to Q, coordinate by coordinate
//   memory          W*_i = MLP of the gradient of support example i's loss with respect to W, coordinate by coordinate
//   keys            r = Q x + Q* x, of support examples and queries
//   read            W*(query) = sum_i a_i W*_i,  a = softmax_i of the cosine of r(query) and r_i
//   answer          h = relu(W1 x) + relu(W1* x),  logits = W2 h + W2* h    (layer augmentation: each layer sums both activations)
// Gradients g enter as detached meta information: (max(log|g| / 7, -1), clip(e^7 g, -1, 1)).
// Munkhdalai, Yu: Meta Networks, ICML 2017, arXiv:1703.00837, section 3 and algorithm 1; details as in the authors' code.
//
// What differs: only three layers are augmented, all fully connected on the features x of the model's body, which has slow weights alone and
// serves embedding and base learner both: the embedding Q, the base learner's hidden layer W1 and its output layer W2. There the
// gradients have a closed form (a product of what goes in with what comes back), so that nothing is differentiated within. The
// representation loss is the cross entropy of W2 relu(Q x): an output layer of its own would never learn, as its gradient is
// detached (the authors' stays as it was drawn). Biases are slow alone.
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Meta networks (arXiv:1703.00837), with fast weights in the last layers. Parameters <c>metaNet.embedding.weight</c> and so on.</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' logits.</param>
/// <param name="shape">The training episodes; their ways are the base learner's outputs.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class MetaNet(ISplitModel model, ExampleLoss loss, EpisodeShape shape, MetaNetOptions? options = null)
    : ComparisonMethod(model, loss, ParametersOf(model, shape, options ?? new MetaNetOptions()))
{
    private const string Embedding = "metaNet.embedding";
    private const string Hidden = "metaNet.hidden";
    private const string Output = "metaNet.output";

    private readonly MetaNetOptions _options = options ?? new MetaNetOptions();

    /// <inheritdoc/>
    public override bool HasFixedWays => true;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var (support, queries) = (comparison.Support, comparison.Queries);
        var ofEmbedding = Errors(parameters, Embedding, comparison);
        var ofBase = Errors(parameters, Hidden, comparison);
        var embedding = _options.AugmentEmbedding ? FastEmbedding(parameters, ofEmbedding, support) : null;
        var weights_TQS = Attention(Keys(parameters, embedding, queries), Keys(parameters, embedding, support));

        var hidden_TQE = Ops.Relu(Ops.Linear(queries, parameters, Hidden));
        if (_options.AugmentHidden)
        {
            var fast = FastWeights.OfExamples(parameters, ofBase.Hidden, support.detach());
            hidden_TQE = Ops.Add(hidden_TQE, Ops.Relu(Read(weights_TQS, fast, queries)));
        }

        var output = FastWeights.OfExamples(parameters, ofBase.Output, ofBase.Activations);
        return Ops.Add(Ops.Linear(hidden_TQE, parameters, Output), Read(weights_TQS, output, hidden_TQE));
    }

    /// <summary>Q*: [T, E, F], from the mean gradients of the parts of the support set.</summary>
    private Tensor FastEmbedding(ParameterSet parameters, LayerErrors errors, Tensor support)
    {
        var (inputs_TSF, count) = (support.detach(), (int)support.shape[1]);
        var steps = Math.Min(count, _options.RepresentationSteps);
        return FastWeights.OfSequence(parameters, [.. Enumerable.Range(0, steps).Select(MeanGradient)]);

        Tensor MeanGradient(int step)
        {
            var first = step * count / steps;
            var length = ((step + 1) * count / steps) - first;
            var errors_TEP = errors.Hidden.narrow(1, first, length).transpose(1, 2);
            return Ops.Scale(errors_TEP.bmm(inputs_TSF.narrow(1, first, length)), 1.0 / length);
        }
    }

    private static Tensor Keys(ParameterSet parameters, Tensor? fast, Tensor x)
    {
        var slow = Ops.Linear(x, parameters, Embedding);
        return fast is null ? slow : Ops.Add(slow, x.bmm(fast.transpose(1, 2)));
    }

    /// <summary>[T, Q, S]: what every query reads of every memory.</summary>
    private Tensor Attention(Tensor queries, Tensor memories) => Ops.Softmax(
        Ops.Scale(Ops.Normalize(queries).bmm(Ops.Normalize(memories).transpose(1, 2)), _options.Sharpness));

    /// <summary>What a layer with the fast weights that each query reads makes of it: [T, Q, O], from [T, Q, S], [T, S, O, D] and [T, Q, D].</summary>
    private static Tensor Read(Tensor weights, Tensor fast, Tensor x)
    {
        var shape = fast.shape;
        var read_TQOD = weights.bmm(fast.reshape(shape[0], shape[1], -1)).reshape(shape[0], -1, shape[2], shape[3]);
        return read_TQOD.matmul(x.unsqueeze(3)).squeeze(3);
    }

    /// <summary>What comes back of each support example's cross entropy under slow weights, without a graph.</summary>
    private static LayerErrors Errors(ParameterSet parameters, string layer, Comparison comparison)
    {
        using var noGraph = no_grad();
        var before_TSE = Ops.Linear(comparison.Support, parameters, layer);
        var activations_TSE = Ops.Relu(before_TSE);
        var output_TSC = Ops.Subtract(Ops.Softmax(Ops.Linear(activations_TSE, parameters, Output)), comparison.Labels);
        var passes_TSE = activations_TSE.sign();
        return new LayerErrors(activations_TSE, output_TSC, Ops.Multiply(output_TSC.matmul(parameters[$"{Output}.weight"]), passes_TSE));
    }

    private static IEnumerable<ParameterDefinition> ParametersOf(ISplitModel model, EpisodeShape shape, MetaNetOptions options)
    {
        var features = model.FeatureShape.Aggregate(1, (product, size) => product * size);
        return
        [
            .. ParameterDefinition.Linear(Embedding, features, options.Width),
            .. ParameterDefinition.Linear(Hidden, features, options.Width),
            .. ParameterDefinition.Linear(Output, options.Width, shape.Ways),
            .. FastWeights.ParametersOfExamples(options.GeneratorWidth),
            .. options.AugmentEmbedding ? FastWeights.ParametersOfSequence(options.GeneratorWidth) : [],
        ];
    }

    /// <summary>Of each support example.</summary>
    /// <param name="Activations">[T, S, E]: what goes into the output layer.</param>
    /// <param name="Output">[T, S, C]: the loss's gradient with respect to the logits.</param>
    /// <param name="Hidden">[T, S, E]: with respect to what comes out of the layer before, ahead of its ReLU.</param>
    private sealed record LayerErrors(Tensor Activations, Tensor Output, Tensor Hidden);
}
