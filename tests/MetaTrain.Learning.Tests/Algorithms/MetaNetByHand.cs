using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>
/// Meta networks on a perceptron with one hidden layer, in loops over numbers, for one task: nothing of the code under test. The gradients
/// that enter as meta information are those of parameters of their own, so that they can stand still while the others move.
/// </summary>
internal sealed class MetaNetByHand(MetaNetOptions options, TaskBatch task)
{
    private readonly double[][] _supportInputs = Rows(task.Support.Inputs);
    private readonly double[][] _supportLabels = Rows(task.Support.Targets);
    private readonly double[][] _queryInputs = Rows(task.Query.Inputs);
    private readonly double[][] _queryLabels = Rows(task.Query.Targets);

    /// <summary>The mean cross entropy of the queries.</summary>
    public double Loss(ParameterSet live, ParameterSet meta) => Logits(live, meta)
        .Zip(_queryLabels, (logits, label) => -logits.Zip(label, (logit, one) => one * (logit - Math.Log(logits.Sum(Math.Exp)))).Sum()).Average();

    /// <summary>The logits of each query.</summary>
    public double[][] Logits(ParameterSet live, ParameterSet meta)
    {
        var support = _supportInputs.Select(x => Relu(Linear(live, "layer1", x))).ToArray();
        var fastEmbedding = options.AugmentEmbedding ? FastEmbedding(live, Gradients(meta, "metaNet.embedding")) : null;
        var gradients = Gradients(meta, "metaNet.hidden");
        var fastHidden = gradients.Select(gradient => Map(gradient.Hidden, g => Mlp(live, g))).ToArray();
        var fastOutput = gradients.Select(gradient => Map(gradient.Output, g => Mlp(live, g))).ToArray();
        var keys = support.Select(x => Key(live, fastEmbedding, x)).ToArray();
        return [.. _queryInputs.Select(input =>
        {
            var x = Relu(Linear(live, "layer1", input));
            var key = Key(live, fastEmbedding, x);
            var read = Softmax([.. keys.Select(other => options.Sharpness * Cosine(key, other))]);
            var hidden = Relu(Linear(live, "metaNet.hidden", x));
            if (options.AugmentHidden)
            {
                hidden = Sum(hidden, Relu(Apply(Mix(read, fastHidden), x)));
            }

            return Sum(Linear(live, "metaNet.output", hidden), Apply(Mix(read, fastOutput), hidden));
        })];
    }

    /// <summary>The gradients of each support example's cross entropy with respect to a layer and the output layer behind it.</summary>
    private (double[][] Hidden, double[][] Output)[] Gradients(ParameterSet meta, string layer) => [.. _supportInputs.Zip(_supportLabels, (input, label) =>
    {
        var x = Relu(Linear(meta, "layer1", input));
        var before = Linear(meta, layer, x);
        var hidden = Relu(before);
        var error = Softmax(Linear(meta, "metaNet.output", hidden)).Zip(label, (p, one) => p - one).ToArray();
        var output = Matrix(meta, "metaNet.output.weight", hidden.Length);
        var back = before.Select((value, e) => value > 0 ? error.Select((delta, c) => delta * output[c][e]).Sum() : 0).ToArray();
        return (Outer(back, x), Outer(error, hidden));
    })];

    private double[][] FastEmbedding(ParameterSet live, (double[][] Hidden, double[][] Output)[] gradients)
    {
        var (count, steps) = (gradients.Length, Math.Min(gradients.Length, options.RepresentationSteps));
        var parts = Enumerable.Range(0, steps).Select(step => gradients[(step * count / steps)..((step + 1) * count / steps)]).ToArray();
        var like = gradients[0].Hidden;
        return [.. like.Select((row, o) => row.Select((_, d) => Lstm(live, parts.Select(part => part.Average(gradient => gradient.Hidden[o][d])))).ToArray())];
    }

    private double Lstm(ParameterSet live, IEnumerable<double> gradients)
    {
        var units = options.GeneratorWidth;
        var (hidden, cell) = (new double[units], new double[units]);
        var (input, recurrent, bias) = (Matrix(live, "metaNet.lstm.input", 2), Matrix(live, "metaNet.lstm.hidden", units), Values(live, "metaNet.lstm.bias"));
        foreach (var gradient in gradients)
        {
            var gates = Sum(Sum(Apply(input, LogAndSign(gradient)), Apply(recurrent, hidden)), bias);
            cell = [.. cell.Select((old, u) => (Sigmoid(gates[units + u]) * old) + (Sigmoid(gates[u]) * Math.Tanh(gates[(2 * units) + u])))];
            hidden = [.. cell.Select((value, u) => Sigmoid(gates[(3 * units) + u]) * Math.Tanh(value))];
        }

        return Linear(live, "metaNet.lstm.output", hidden)[0];
    }

    private static double Mlp(ParameterSet live, double gradient) => Linear(
        live, "metaNet.mlp.output", Relu(Linear(live, "metaNet.mlp.layer2", Relu(Linear(live, "metaNet.mlp.layer1", LogAndSign(gradient))))))[0];

    private static double[] LogAndSign(double g) =>
        [Math.Max(Math.Log(Math.Abs(g) + 1e-12) / 7, -1), Math.Clamp(Math.Exp(7) * g, -1, 1)];

    private static double[] Key(ParameterSet live, double[][]? fast, double[] x)
    {
        var slow = Linear(live, "metaNet.embedding", x);
        return fast is null ? slow : Sum(slow, Apply(fast, x));
    }

    private static double Cosine(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double[] Sum(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];

    private static double[] Relu(double[] x) => [.. x.Select(value => Math.Max(0, value))];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Softmax(double[] x)
    {
        var sum = x.Sum(Math.Exp);
        return [.. x.Select(value => Math.Exp(value) / sum)];
    }

    private static double[][] Outer(double[] x, double[] y) => [.. x.Select(a => y.Select(b => a * b).ToArray())];

    private static double[][] Map(double[][] matrix, Func<double, double> change) => [.. matrix.Select(row => row.Select(change).ToArray())];

    private static double[][] Mix(double[] weights, double[][][] matrices) =>
        [.. matrices[0].Select((row, o) => row.Select((_, d) => weights.Zip(matrices, (weight, matrix) => weight * matrix[o][d]).Sum()).ToArray())];

    private static double[] Apply(double[][] matrix, double[] x) => [.. matrix.Select(row => Dot(row, x))];

    private static double[] Linear(ParameterSet set, string layer, double[] x) =>
        Sum(Apply(Matrix(set, $"{layer}.weight", x.Length), x), Values(set, $"{layer}.bias"));

    private static double[][] Matrix(ParameterSet set, string name, int width) => [.. Values(set, name).Chunk(width)];

    private static double[] Values(ParameterSet set, string name) => TensorData.ToDoubles(set[name]);

    private static double[][] Rows(Tensor tensor) => [.. TensorData.ToDoubles(tensor).Chunk((int)tensor.shape[2])];
}
