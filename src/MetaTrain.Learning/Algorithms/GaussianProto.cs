// Gaussian prototypical networks: linear layers after the body give each example a point mu and a precision s = 1 + softplus(raw).
// A class is the product of its support examples' Gaussians (* and / element by element):
//   S_c = sum_i s_i,   p_c = sum_i (s_i * mu_i) / S_c,   logit of a query's point x = -d_c^2 = -|(x - p_c) * sqrt(S_c)|^2.
// The query's own precision is not used.
// Fort: Gaussian Prototypical Networks for Few-Shot Learning on Omniglot, 2017, arXiv:1708.02735. The code that its author published
// has -d_c for the logit where the paper's d_c^2 is squared: both are here (distance), the square as in ProtoNet by default.
//
// Sampled: while training, p_c is drawn L times from N(p_c, 1 / S_c), and the answer is log 1/L sum_l softmax(logits of draw l), whose
// cross entropy is the objective of Gordon et al.: Meta-Learning Probabilistic Inference for Prediction (VERSA), ICLR 2019,
// arXiv:1805.09921. When answering, nothing is drawn: the mean p_c stands for the class.
//
// Descriptions (zero-shot): p_c and S_c = 1 + softplus(raw) come by linear maps of their own from a vector that describes the class, and
// the support set is not looked at; as Snell et al. (NIPS 2017, arXiv:1703.05175) do with attributes and prototypical networks.
//
// T tasks, N examples, S support and Q query examples, C classes, F features, D dimensions of a point, L draws.
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Algorithms;

/// <summary>Gaussian prototypical networks (arXiv:1708.02735), with prototypes drawn while training in the manner of VERSA (arXiv:1805.09921).</summary>
/// <param name="model">The model; its body computes the features.</param>
/// <param name="loss">The loss of the queries' logits.</param>
/// <param name="options">Null takes the defaults.</param>
public sealed class GaussianProto(ISplitModel model, ExampleLoss loss, GaussianProtoOptions? options = null)
    : ComparisonMethod(model, loss, Own(model, options ?? new GaussianProtoOptions()))
{
    private const string Mean = "gaussian.mean";
    private const string Precision = "gaussian.precision";
    private const string DescribedMean = "gaussian.describe.mean";
    private const string DescribedPrecision = "gaussian.describe.precision";

    /// <summary>Keeps the slope of a root finite where a query lies on a prototype.</summary>
    private const double LeastSquare = 1e-6;

    private readonly GaussianProtoOptions _options = options ?? new GaussianProtoOptions();

    /// <inheritdoc/>
    protected internal override int Descriptions => _options.Descriptions;

    /// <inheritdoc/>
    protected internal override Tensor Compare(ParameterSet parameters, Comparison comparison)
    {
        var queries_TQD = Means(parameters, comparison.Queries);
        var (prototypes_TCD, precisions_TCD) = Classes(parameters, comparison);
        return _options.Sampled && comparison.Training is { } training
            ? SampledAnswers(queries_TQD, prototypes_TCD, precisions_TCD, training)
            : Logits(queries_TQD, prototypes_TCD, precisions_TCD);
    }

    /// <summary>The Gaussian of each class: mean and precision, each [T, C, D].</summary>
    internal (Tensor Prototypes, Tensor Precisions) Classes(ParameterSet parameters, Comparison comparison)
    {
        if (Descriptions > 0)
        {
            var descriptions_TCV = comparison.Descriptions
                ?? throw new InvalidOperationException($"This method compares with descriptions of {Descriptions} values, and the classes have none.");
            var described_TCD = Ops.Linear(descriptions_TCV, parameters, DescribedMean);
            return (described_TCD, Precisions(parameters, DescribedPrecision, descriptions_TCV, described_TCD));
        }

        var means_TSD = Means(parameters, comparison.Support);
        var precisions_TSD = Precisions(parameters, Precision, comparison.Support, means_TSD);
        var members_TCS = comparison.Labels.transpose(1, 2);
        var precisions_TCD = members_TCS.bmm(precisions_TSD);
        return (Ops.Divide(members_TCS.bmm(Ops.Multiply(precisions_TSD, means_TSD)), precisions_TCD), precisions_TCD);
    }

    private static IEnumerable<ParameterDefinition> Own(ISplitModel model, GaussianProtoOptions options)
    {
        var features = model.FeatureShape.Aggregate(1, (product, size) => product * size);
        var isZeroShot = options.Descriptions > 0;
        IEnumerable<ParameterDefinition> precision = options.Covariance == GaussianCovariance.Constant ? [] : ParameterDefinition.Linear(
            isZeroShot ? DescribedPrecision : Precision,
            isZeroShot ? options.Descriptions : features,
            options.Covariance == GaussianCovariance.Radius ? 1 : options.Dimensions);

        // Squared distances start at a few, whatever the sizes: from tens on, the softmax would be sure of itself before it has learned anything.
        var start = Initializer.Uniform(Math.Sqrt(12.0 / (features * options.Dimensions)));

        // A bias of the mean would shift all points alike and change no distance (a description's has one): only rounding would move it.
        return
        [
            new ParameterDefinition($"{Mean}.weight", [options.Dimensions, features], start),
            .. isZeroShot ? ParameterDefinition.Linear(DescribedMean, options.Descriptions, options.Dimensions) : [],
            .. precision,
        ];
    }

    private static Tensor Means(ParameterSet parameters, Tensor features)
    {
        var weight = parameters[$"{Mean}.weight"];
        return Ops.Linear(features, weight, weight.new_zeros([1, weight.shape[1]]));
    }

    /// <summary>1 + softplus(raw): [T, N, D], the same in all directions for a radius.</summary>
    private Tensor Precisions(ParameterSet parameters, string layer, Tensor features, Tensor means)
    {
        if (_options.Covariance == GaussianCovariance.Constant)
        {
            return ones_like(means);
        }

        var raw = Ops.Linear(features, parameters, layer);
        return Ops.Add(Ops.Softplus(raw), 1).expand(means.shape);
    }

    /// <summary>Minus the distances, expanded as 2 x S p - x S x - p S p: [T, Q, C] from [T, Q, D] and twice [T, C, D].</summary>
    private Tensor Logits(Tensor queries, Tensor prototypes, Tensor precisions)
    {
        var weighted_TCD = Ops.Multiply(precisions, prototypes);
        var products_TQC = Ops.Scale(queries.bmm(weighted_TCD.transpose(1, 2)), 2);
        var queries_TQC = Ops.Square(queries).bmm(precisions.transpose(1, 2));
        var prototypes_T1C = Ops.Sum(Ops.Multiply(weighted_TCD, prototypes), 2).unsqueeze(1);
        var logits_TQC = Ops.Subtract(Ops.Subtract(products_TQC, queries_TQC), prototypes_T1C);

        // Rounding may leave less than nothing of a square.
        return _options.Distance == GaussianDistance.Squared
            ? logits_TQC
            : Ops.Negate(Ops.Add(Ops.Relu(Ops.Negate(logits_TQC)), LeastSquare).sqrt());
    }

    /// <summary>The logarithms of the probabilities' mean over draws: [T, Q, C].</summary>
    private Tensor SampledAnswers(Tensor queries, Tensor prototypes, Tensor precisions, ComputeContext training)
    {
        var (tasks, classes, dimensions) = (prototypes.shape[0], prototypes.shape[1], prototypes.shape[2]);
        long[] shape = [tasks, _options.Samples, classes, dimensions];
        var drawn_TLCD = Ops.AddProduct(prototypes.unsqueeze(1), Noise(training, shape), precisions.rsqrt().unsqueeze(1));
        var precisions_TLCD = precisions.unsqueeze(1).expand(shape);
        var logits_TQM = Logits(queries, drawn_TLCD.reshape(tasks, -1, dimensions), precisions_TLCD.reshape(tasks, -1, dimensions));
        var logarithms_TQLC = Ops.LogSoftmax(logits_TQM.reshape(tasks, -1, _options.Samples, classes));
        return Ops.Add(logarithms_TQLC.logsumexp(2), -Math.Log(_options.Samples));
    }

    /// <summary>Standard normal numbers, each task's its own: [T, L, C, D].</summary>
    private static Tensor Noise(ComputeContext training, long[] shape)
    {
        var length = (int)(shape[1] * shape[2] * shape[3]);
        var values = new float[shape[0] * length];
        for (var task = 0; task < shape[0]; task++)
        {
            var key = new EpisodeKey(training.Seed, Split.Train, training.Iteration, training.FirstTask + task);
            new CounterRandom(key, RandomPurpose.Algorithm).FillGaussian(values.AsSpan(task * length, length), 0, 1);
        }

        return TensorData.FromValues(values, shape, training.Dtype, training.Device);
    }
}
