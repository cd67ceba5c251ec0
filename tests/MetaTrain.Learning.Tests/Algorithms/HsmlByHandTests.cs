using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>HSML of the line y = w x + b against its equations written out in numbers, without a tensor.</summary>
public sealed class HsmlByHandTests
{
    private const double InnerLearningRate = 0.1;

    [Theory]
    [InlineData(HsmlAggregator.Gru)]
    [InlineData(HsmlAggregator.Mean)]
    public void Compute_FollowsTheEquations(HsmlAggregator aggregator)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new HsmlOptions { Aggregator = aggregator, Width = 2, Embedding = 3, Clusters = [3, 2, 1], Variance = 0.5, InnerLearningRate = InnerLearningRate };
        var hsml = HsmlCases.Regression(options, new Mlp(1, 1));
        var (parameters, tasks) = (TestTasks.Parameters(hsml), HsmlCases.Lines(2, 3, 2));
        var numbers = new Numbers(parameters.Layout.Slots.ToDictionary(slot => slot.Name, slot => TensorData.ToDoubles(parameters[slot.Name])));

        var losses = TensorData.ToDoubles(hsml.Compute(TestTasks.Context, parameters, tasks).Losses);
        var reconstructions = TensorData.ToDoubles(hsml.Start(parameters, tasks.Support, reconstruct: true).Reconstruction!);

        for (var task = 0; task < 2; task++)
        {
            var (support, query) = (Points(tasks.Support, task), Points(tasks.Query, task));
            var (vector, reconstruction) = aggregator == HsmlAggregator.Gru ? numbers.Recurrent(support) : numbers.Mean(support);
            Assert.Equal(reconstruction, reconstructions[task], 1e-12);
            Assert.Equal(numbers.QueryLoss(vector, support, query), losses[task], 1e-12);
        }
    }

    private static double[][] Points(Examples examples, int task)
    {
        var (x, y) = (TensorData.ToDoubles(examples.Only(task).Inputs), TensorData.ToDoubles(examples.Only(task).Targets));
        return [.. x.Zip(y, (a, b) => new[] { a, b })];
    }

    private sealed class Numbers(Dictionary<string, double[]> values)
    {
        public (double[] Vector, double Reconstruction) Recurrent(double[][] support)
        {
            var embedded = support.Select(point => Affine("hsml.embed", point)).ToArray();
            double[] state = [0, 0], sum = [0, 0], answer = [0, 0, 0];
            foreach (var f in embedded)
            {
                state = Gru("hsml.encoder", f, state);
                sum = [sum[0] + state[0], sum[1] + state[1]];
            }

            var error = 0.0;
            for (var s = support.Length - 1; s >= 0; s--)
            {
                state = Gru("hsml.decoder", answer, state);
                answer = Affine("hsml.answer", state);
                error += SquaredDistance(answer, embedded[s]);
            }

            return ([.. sum.Select(value => value / support.Length)], error / (3 * support.Length));
        }

        public (double[] Vector, double Reconstruction) Mean(double[][] support)
        {
            var codes = support.Select(point => Relu(Affine("hsml.encoder2", Relu(Affine("hsml.encoder1", point))))).ToArray();
            var error = codes.Zip(support, (code, point) => SquaredDistance(Affine("hsml.decoder2", Relu(Affine("hsml.decoder1", code))), point)).Sum();
            double[] mean = [codes.Average(code => code[0]), codes.Average(code => code[1])];
            return (Relu(Affine("hsml.vector", mean)), error / (2 * support.Length));
        }

        public double QueryLoss(double[] vector, double[][] support, double[][] query)
        {
            double[] kind = [.. vector, .. Root(vector)];
            double Gated(string name) => values[name][0] / (1 + Math.Exp(-Affine($"hsml.gate.{name}", kind)[0]));
            var (w, b) = (Gated("head.weight"), Gated("head.bias"));
            var (slopeW, slopeB) = (
                support.Average(point => 2 * ((w * point[0]) + b - point[1]) * point[0]), support.Average(point => 2 * ((w * point[0]) + b - point[1])));
            (w, b) = (w - (InnerLearningRate * slopeW), b - (InnerLearningRate * slopeB));
            return query.Average(point => Math.Pow((w * point[0]) + b - point[1], 2));
        }

        private double[] Root(double[] vector)
        {
            double[][] nodes = [vector];
            foreach (var (level, clusters) in new[] { ("hsml.level1", 3), ("hsml.level2", 2), ("hsml.level3", 1) })
            {
                var above = Enumerable.Range(0, clusters).Select(_ => new double[2]).ToArray();
                foreach (var node in nodes)
                {
                    var kernel = Enumerable.Range(0, clusters)
                        .Select(k => clusters == 1 ? 1 : Math.Exp(-SquaredDistance(node, values[$"{level}.centres"][(2 * k)..((2 * k) + 2)]) / (2 * 0.5))).ToArray();
                    var changed = Affine(level, node).Select(Math.Tanh).ToArray();
                    for (var k = 0; k < clusters; k++)
                    {
                        above[k][0] += kernel[k] / kernel.Sum() * changed[2 * k];
                        above[k][1] += kernel[k] / kernel.Sum() * changed[(2 * k) + 1];
                    }
                }

                nodes = above;
            }

            return nodes.Single();
        }

        private double[] Gru(string cell, double[] x, double[] h)
        {
            double[] Part(string weight, string bias, double[] vector) => Product(values[$"{cell}.{weight}"], values[$"{cell}.{bias}"], vector);
            var (ofX, ofH) = (Part("inputWeight", "inputBias", x), Part("hiddenWeight", "hiddenBias", h));
            return [.. Enumerable.Range(0, 2).Select(i =>
            {
                var reset = 1 / (1 + Math.Exp(-(ofX[i] + ofH[i])));
                var update = 1 / (1 + Math.Exp(-(ofX[2 + i] + ofH[2 + i])));
                return ((1 - update) * Math.Tanh(ofX[4 + i] + (reset * ofH[4 + i]))) + (update * h[i]);
            })];
        }

        private double[] Affine(string layer, double[] x) => Product(values[$"{layer}.weight"], values[$"{layer}.bias"], x);

        private static double[] Product(double[] weight, double[] bias, double[] x) =>
            [.. bias.Select((shift, row) => shift + x.Select((value, column) => value * weight[(row * x.Length) + column]).Sum())];

        private static double[] Relu(double[] x) => [.. x.Select(value => Math.Max(0, value))];

        private static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (p, q) => (p - q) * (p - q)).Sum();
    }
}
