using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class MatchingNetTests
{
    private static readonly double[][] Support = [[1, 0.5], [0.2, -1], [-0.7, 0.4], [-1, -0.3]];
    private static readonly double[][] Queries = [[0.9, 0.1], [-0.4, 1.2], [0.3, 0.3]];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Compare_GivesTheLogarithmOfTheAttendedLabels(double scale)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var net = Create(new MatchingNetOptions { Scale = scale });

        var answers = TensorData.ToDoubles(net.Compare(TestTasks.Parameters(net), Comparison(ScalarType.Float64)));

        TestTasks.AssertClose(ByHand(Support, Queries, scale), answers, 1e-10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Compare_EmbedsInFullContext_AsAppendixASays(int steps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var net = Create(new MatchingNetOptions { FullContext = true, ProcessingSteps = steps });
        var parameters = TestTasks.Parameters(net);

        var answers = TensorData.ToDoubles(net.Compare(parameters, Comparison(ScalarType.Float64)));

        var (forward, backward) = (Pass("matching.forward", Support), Pass("matching.backward", [.. Support.Reverse()]));
        double[][] g = [.. Support.Select((x, i) => Sum(x, Sum(forward[i], backward[Support.Length - 1 - i])))];
        double[][] f = [.. Queries.Select(query => Read(query))];
        TestTasks.AssertClose(ByHand(g, f, 1), answers, 1e-10);

        double[][] Pass(string name, double[][] inputs)
        {
            var (h, c) = (new double[2], new double[2]);
            return [.. inputs.Select(x => ((h, c) = Lstm(parameters, name, x, h, c)).h)];
        }

        double[] Read(double[] query)
        {
            var (h, c) = (new double[2], new double[2]);
            for (var k = 0; k < steps; k++)
            {
                double[] weights = [.. g.Select(x => Math.Exp(Dot(h, x)))];
                double[] r = [.. Enumerable.Range(0, 2).Select(d => g.Zip(weights, (x, w) => x[d] * w).Sum() / weights.Sum())];
                (h, c) = Lstm(parameters, "matching.read", query, [.. h, .. r], c);
                h = Sum(h, query);
            }

            return h;
        }
    }

    [Fact]
    public void Compute_StaysFinite_HoweverSharpTheAttention()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var net = Create(new MatchingNetOptions { Scale = 10000 });
        var comparison = Comparison(ScalarType.Float32);
        var features = comparison.Queries.requires_grad_(true);

        var answers = net.Compare(TestTasks.Parameters(net), comparison with { Queries = features });
        var gradient = autograd.grad([Ops.Sum(answers)], [features])[0];

        Assert.All(TensorData.ToDoubles(answers.detach()), value => Assert.True(double.IsFinite(value)));
        Assert.All(TensorData.ToDoubles(gradient), value => Assert.True(double.IsFinite(value)));
        Assert.Contains(TensorData.ToDoubles(answers.detach()), value => value < -1000);
    }

    [Fact]
    public void LearnScale_BeginsAtTheScale_AndLearnsIt()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        MatchingNet Wide(bool learns) => new(new Mlp(3, 16, 2), Losses.CrossEntropy, new MatchingNetOptions { Scale = 6, LearnScale = learns });
        var (learned, @fixed) = (Wide(true), Wide(false));
        var tasks = TestTasks.Classification(2, 2, 1, 2, 3);
        var initial = new float[1];
        learned.Parameters.Single(parameter => parameter.Name == "matching.scale.log").Initial.Fill(initial, 1, 0);
        var parameters = TestTasks.Parameters(learned);
        parameters["matching.scale.log"].copy_(TensorData.FromValues(initial, [1, 1], ScalarType.Float64));

        var (withScale, without) = (
            learned.Compute(TestTasks.Context, parameters, tasks), @fixed.Compute(TestTasks.Context, parameters.Take(TestTasks.LayoutOf(@fixed)), tasks));

        TestTasks.AssertClose(TensorData.ToDoubles(without.Losses), TensorData.ToDoubles(withScale.Losses), 1e-6);
        Assert.NotEqual(0, TensorData.ToDoubles(withScale.Gradient["matching.scale.log"])[0]);
        Assert.DoesNotContain(@fixed.Parameters, parameter => parameter.Name.StartsWith("matching.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compute_GivesTheSlopeOfTheLoss(bool fullContext)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var net = new MatchingNet(
            new Mlp(4, 6, 3), Losses.CrossEntropy, new MatchingNetOptions { FullContext = fullContext, ProcessingSteps = 2, Scale = 3, LearnScale = true });

        SlopeCheck.Run(net, TestTasks.Classification(2, 3, 2, 2, 4));
    }

    [Theory]
    [InlineData("""{ "kind": "matching-net" }""")]
    [InlineData("""{ "kind": "matching-net", "fullContext": true }""")]
    public void Train_LearnsToTellUnseenGlyphsApart(string algorithm) => LearningCheck.Run(algorithm, leastAccuracy: 0.6);

    /// <summary>Log-probabilities of two classes with two examples each.</summary>
    private static double[] ByHand(double[][] support, double[][] queries, double scale)
    {
        List<double> answers = [];
        foreach (var query in queries)
        {
            double[] weights = [.. support.Select(x => Math.Exp(scale * Dot(query, x) / Math.Sqrt(Dot(query, query) * Dot(x, x))))];
            answers.AddRange([Math.Log((weights[0] + weights[1]) / weights.Sum()), Math.Log((weights[2] + weights[3]) / weights.Sum())]);
        }

        return [.. answers];
    }

    private static (double[] H, double[] C) Lstm(ParameterSet parameters, string name, double[] x, double[] h, double[] c)
    {
        var (input, hidden, bias) = (Values("input.weight"), Values("hidden.weight"), Values("bias"));
        double[] cell = [.. c.Select((old, d) => (Sigmoid(Gate(1, d)) * old) + (Sigmoid(Gate(0, d)) * Math.Tanh(Gate(2, d))))];
        return ([.. cell.Select((value, d) => Sigmoid(Gate(3, d)) * Math.Tanh(value))], cell);

        double[] Values(string part) => TensorData.ToDoubles(parameters[$"{name}.{part}"]);

        double Gate(int gate, int d)
        {
            var row = (gate * c.Length) + d;
            return bias[row] + Dot(x, input[(row * x.Length)..((row + 1) * x.Length)]) + Dot(h, hidden[(row * h.Length)..((row + 1) * h.Length)]);
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    /// <summary>Two features, as many as the vectors above have.</summary>
    private static MatchingNet Create(MatchingNetOptions options) => new(new Mlp(3, 2, 2), Losses.CrossEntropy, options);

    private static Comparison Comparison(ScalarType type) => new(
        TensorData.FromValues([.. Support.SelectMany(x => x)], [1, 4, 2], type),
        TensorData.FromValues([1.0, 0, 1, 0, 0, 1, 0, 1], [1, 4, 2], type),
        TensorData.FromValues([.. Queries.SelectMany(x => x)], [1, 3, 2], type));
}
