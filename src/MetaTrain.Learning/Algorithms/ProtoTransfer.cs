// ProtoTransfer: the body is trained by ProtoCLR, the loss of ProtoNet where each class is one image x and its queries are augmentations of
// x: -log softmax_c(-|f(query) - p_c|^2), p_c = f(x_c). A new task is answered by a linear head that starts as the prototypes,
// w_c = 2 p_c, b_c = -|p_c|^2 (ProtoNet's logits without -|f|^2, which is the same for all classes), and is fine-tuned on the support set.
// Medina, Devos, Grossglauser: Self-Supervised Prototypical Transfer Learning for Few-Shot Classification, 2020, arXiv:2006.11325.
// The paper steps over minibatches of the support set in random order, here each step sees all of it; the body stays as it is,
// as in the paper's experiments on Omniglot.
//
// Where classes are images depends on the data alone (data.labels: false): with labels this is ProtoNet whose head is fine-tuned.
//
// Concatenated prototypes: no paper of that name was found; this is our reading. The shots of a class are parted into V views in their order, V
// the same for all classes and at most the shots of the class that has fewest. Each view's prototype is brought to length 1, and the V are joined
// at length 1: p_c = [p_c1 ... p_cV] / sqrt(V). A query has one view f of length 1, which stands in all V places: [f ... f] / sqrt(V). Before
// fine-tuning, the logit of class c is -s mean_v |f - p_cv|^2, s the scale, up to a constant that all classes share. What it adds is that views
// count alike, however long their features are.
// T tasks, S support and Q query examples, C classes, F features, V views.
using System.Collections.Immutable;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Prototypical transfer (arXiv:2006.11325).</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' logits, and of the support set's while fine-tuning.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class ProtoTransfer(ISplitModel model, ExampleLoss loss, ProtoTransferOptions? options = null) : ComparisonMethod(model, loss)
{
    private const string Weight = "weight";
    private const string Bias = "bias";

    private readonly ProtoTransferOptions _options = options ?? new ProtoTransferOptions();

    /// <inheritdoc/>
    public override int InnerSteps => _options.InnerSteps;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var (support, labels) = (comparison.Support, comparison.Labels);
        var prototypes = _options.Concatenate ? Joined(support, labels) : ProtoNet.Prototypes(support, labels);
        var views = prototypes.shape[2] / support.shape[2];
        var head = Head(prototypes);
        if (comparison.Training is null && comparison.InnerSteps > 0)
        {
            head = Tune(head, new Examples(InEachView(support, views), labels), comparison.InnerSteps);
        }

        return Logits(head, InEachView(comparison.Queries, views));
    }

    private static Tensor Logits(ParameterSet head, Tensor features) => Ops.Linear(features, head[Weight], head[Bias]);

    /// <summary>The head whose logits are 2 f p - p p, as distances have it: weights [T, C, F], biases [T, C].</summary>
    private ParameterSet Head(Tensor prototypes_TCF)
    {
        var scale = _options.Concatenate ? _options.Scale : 1;
        ImmutableArray<int> shape = [.. prototypes_TCF.shape[1..].Select(size => (int)size)];
        var layout = new ParameterLayout([(Weight, shape), (Bias, [shape[0]])]);
        var weight_TCF = Ops.Scale(prototypes_TCF, 2 * scale);
        var bias_TC = Ops.Scale(Ops.Sum(Ops.Square(prototypes_TCF), 2), -scale);
        return new ParameterSet(layout, layout.Slots.Select(slot => slot.Name == Weight ? weight_TCF : bias_TC));
    }

    /// <summary>The prototypes of each class's views, joined at length 1: [T, C, V F] from features [T, S, F] and one-hot labels [T, S, C].</summary>
    private Tensor Joined(Tensor features, Tensor labels)
    {
        var shares_TCVS = ClassViews.Shares(labels, _options.Views);
        var (tasks, classes, views) = (labels.shape[0], labels.shape[2], shares_TCVS.shape[2]);
        var prototypes = Ops.Normalize(shares_TCVS.reshape(tasks, classes * views, -1).bmm(features));
        return Ops.Scale(prototypes.reshape(tasks, classes, -1), 1 / Math.Sqrt(views));
    }

    /// <summary>Features in the place of each view, joined at length 1: [T, N, V F] from [T, N, F].</summary>
    private Tensor InEachView(Tensor features, long views) => _options.Concatenate
        ? Ops.Scale(cat([.. Enumerable.Repeat(Ops.Normalize(features), (int)views)], 2), 1 / Math.Sqrt(views))
        : features;

    private ParameterSet Tune(ParameterSet head, Examples support, int steps)
    {
        // Answers are computed without a graph; the steps need one of their own.
        using var graph = enable_grad();
        var fixedSupport = support with { Inputs = support.Inputs.detach() };
        return GradientSteps.Detached(
            head,
            support.Tasks,
            steps,
            tuned => TaskLoss.Of(Loss, Logits(tuned, fixedSupport.Inputs), fixedSupport),
            _options.InnerOptimizer == HeadOptimizer.Adam ? new AdamSteps(_options.InnerLearningRate).Next : GradientSteps.Descend(_options.InnerLearningRate));
    }
}
