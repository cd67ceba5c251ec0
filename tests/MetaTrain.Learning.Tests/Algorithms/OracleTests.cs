using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Oracles;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class OracleTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<int, int, string> Expectations()
    {
        var data = new TheoryData<int, int, string>();
        for (var c = 0; c < OracleCase.All.Length; c++)
        {
            var oracle = OracleCase.All[c];
            for (var e = 0; e < oracle.Expected.Length; e++)
            {
                var expected = oracle.Expected[e];
                data.Add(c, e, $"{oracle.Task} {oracle.Model} {expected.Algorithm} {expected.Order} {expected.InnerSteps}");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Expectations))]
    public void Compute_GivesTheOraclesLossAndGradient_InFloat64(int caseIndex, int expectedIndex, string description)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[caseIndex];
        var expected = oracle.Expected[expectedIndex];
        var algorithm = Create(oracle, expected);
        var layout = new ParameterLayout(algorithm.Parameters.Select(parameter => (parameter.Name, parameter.Shape)));

        var result = algorithm.Compute(
            new ComputeContext { Dtype = ScalarType.Float64 },
            oracle.LoadParameters(layout, other: expected.InnerLearningRate),
            oracle.LoadTasks());

        var tasks = oracle.Episodes.Support.Length;
        AssertClose([expected.MetaLoss], TensorData.ToDoubles(Ops.Scale(Ops.Sum(result.Losses), 1.0 / tasks)), description + " loss");
        foreach (var (name, value) in Values(expected))
        {
            if (!layout.Slots.Any(slot => slot.Name == name))
            {
                // A method that does not learn a parameter has no gradient for it: the oracle's is zero.
                Assert.All(value.Values, number => Assert.Equal(0, number));
                continue;
            }

            AssertClose(value.Values, TensorData.ToDoubles(Ops.Scale(result.Gradient[name], 1.0 / tasks)), $"{description} {name}");
        }
    }

    [Theory]
    [MemberData(nameof(Expectations))]
    public void Program_GivesTheOraclesLossAndGradient_InFloat64(int caseIndex, int expectedIndex, string description)
    {
        var oracle = OracleCase.All[caseIndex];
        var expected = oracle.Expected[expectedIndex];
        var algorithm = Create(oracle, expected);
        var layout = TestTasks.LayoutOf(algorithm);
        var episodes = oracle.LoadBlock();
        var program = ((IFusible)algorithm).Fuse<double>(episodes.Shape, layout, TestTasks.Context)!;

        var result = program.Train(0, oracle.LoadValues(layout, other: expected.InnerLearningRate), episodes);

        AssertClose([expected.MetaLoss], [result.Losses.Average()], description + " loss");
        foreach (var (name, value) in Values(expected))
        {
            var slot = layout.Slots.FirstOrDefault(slot => slot.Name == name);
            if (slot is null)
            {
                Assert.All(value.Values, number => Assert.Equal(0, number));
                continue;
            }

            var gradient = result.Gradient.AsSpan(slot.Offset, slot.Length).ToArray();
            AssertClose(value.Values, [.. gradient.Select(number => number / episodes.Tasks)], $"{description} {name}");
        }
    }

    private static IEnumerable<(string Name, OracleTensor Value)> Values(OracleExpectation expected) =>
        expected.MetaGradient.Select(pair => (pair.Key, pair.Value)).Concat(
            (expected.StepSizeGradient ?? []).Select(pair => (MetaSgd.StepSizePrefix + pair.Key, pair.Value)));

    private static IMetaAlgorithm Create(OracleCase oracle, OracleExpectation expected)
    {
        var (model, loss, steps, rate) = (oracle.CreateModel(), oracle.Loss, expected.InnerSteps, expected.InnerLearningRate);
        var order = expected.Order == "first" ? GradientOrder.First : GradientOrder.Second;
        return expected.Algorithm switch
        {
            "maml" => new Maml(model, loss, new MamlOptions { Order = order, InnerSteps = steps, InnerLearningRate = rate }),
            "anil" => new Anil(model, loss, new AnilOptions { Order = order, InnerSteps = steps, InnerLearningRate = rate }),
            "meta-sgd" => new MetaSgd(model, loss, new MetaSgdOptions { InnerSteps = steps, InnerLearningRate = rate }),
            "reptile" => new Reptile(
                model,
                loss,
                oracle.LoadBlock().Shape,
                new ReptileOptions { InnerOptimizer = InnerOptimizer.Sgd, InnerSteps = steps, InnerLearningRate = rate }),
            "protonet" => new ProtoNet(model, loss),
            _ => throw new InvalidOperationException($"The oracle file has an algorithm '{expected.Algorithm}' that no test knows."),
        };
    }

    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var allowed = Tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"{what}[{i}]: expected {expected[i]:R}, computed {actual[i]:R}.");
        }
    }
}
