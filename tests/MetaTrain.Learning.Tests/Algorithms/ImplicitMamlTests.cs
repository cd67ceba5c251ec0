using System.Collections.Immutable;
using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Oracles;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class ImplicitMamlTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Compute_GivesTheClosedForm_WhereTheSupportLossIsQuadratic(int conjugateGradientSteps)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new ImplicitMamlOptions
        {
            InnerSteps = 5,
            InnerLearningRate = 0.1,
            Regularization = 1.5,
            Damping = 0.5,
            ConjugateGradientSteps = conjugateGradientSteps,
        };
        var method = new ImplicitMaml(new LinearModel(3, 1), Losses.MeanSquaredError, options);
        var (parameters, tasks) = (TestTasks.Parameters(method), new TaskBatch(Lines(5, seed: 1), Lines(4, seed: 3)));

        var actual = TestTasks.Flat(method.Compute(TestTasks.Context, parameters, tasks).Gradient);

        var theta = TestTasks.Flat(parameters);
        var (first, second) = (LinearByHand.Of(tasks.Only(0)), LinearByHand.Of(tasks.Only(1)));
        var expected = first.MetaGradient(theta, options).Zip(second.MetaGradient(theta, options), (a, b) => a + b).ToArray();
        TestTasks.AssertClose(expected, actual, 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compute_IsTheSlopeOfTheExactProximalSolution_AlongRandomDirections(bool isRegression)
    {
        // Enough steps that more move nothing, and as many conjugate-gradient steps as there are parameters. No ReLU: minima lie at kinks.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new ImplicitMamlOptions { InnerSteps = 70, InnerLearningRate = 0.2, Regularization = 3, ConjugateGradientSteps = 40 };
        var (loss, tasks) = isRegression
            ? (Losses.MeanSquaredError, new TaskBatch(Lines(6, seed: 1, outputs: 2), Lines(4, seed: 3, outputs: 2)))
            : ((ExampleLoss)Losses.CrossEntropy, TestTasks.Classification(2, 2, 3, 2, 3));
        var method = new ImplicitMaml(new SmoothNet(), loss, options);
        var parameters = TestTasks.Parameters(method);
        TestTasks.AssertClose(Answers(parameters, options.InnerSteps), Answers(parameters, 2 * options.InnerSteps), 1e-12);

        var gradient = method.Compute(TestTasks.Context, parameters, tasks).Gradient;

        Slopes.AssertGradient(parameters, gradient, at =>
        {
            using var inner = NewDisposeScope();
            var answers = TensorData.FromValues(Answers(at, options.InnerSteps), tasks.Query.Targets.shape);
            return TensorData.ToDoubles(TaskLoss.Of(method.Loss, answers, tasks.Query)).Sum();
        });

        double[] Answers(ParameterSet at, int steps) => TensorData.ToDoubles(
            method.Adapt(new AdaptContext { InnerSteps = steps }, at, tasks.Support).Predict(tasks.Query.Inputs));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Compute_TakesTheQueryGradientAsItIs_WithoutConjugateGradients_AndAnotherWithOne(int caseIndex)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[caseIndex];
        double[] Of(int steps, double damping = 0)
        {
            var options = new ImplicitMamlOptions { InnerSteps = 2, InnerLearningRate = 0.05, Damping = damping, ConjugateGradientSteps = steps };
            var method = new ImplicitMaml(oracle.CreateModel(), oracle.Loss, options);
            return TestTasks.Flat(method.Compute(TestTasks.Context, oracle.LoadParameters(TestTasks.LayoutOf(method)), oracle.LoadTasks()).Gradient);
        }

        var (none, one, damped) = (Of(0), Of(1), Of(1, damping: 1e6));

        Assert.True(none.Zip(one, (a, b) => Math.Abs(a - b)).Max() > 1e-3);
        TestTasks.AssertClose(none, damped, 1e-4);
    }

    [Fact]
    public void Adapt_IsMaml_WhereNothingHoldsTheParametersBack()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[1];
        var implicitly = new ImplicitMaml(oracle.CreateModel(), oracle.Loss, new ImplicitMamlOptions { InnerSteps = 3, Regularization = 1e-13 });
        var maml = new Maml(oracle.CreateModel(), oracle.Loss, new MamlOptions { InnerSteps = 3, InnerLearningRate = 0.1 });
        var (parameters, tasks) = (oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks());
        double[] Answer(IMetaAlgorithm method, int? steps = null) =>
            TensorData.ToDoubles(method.Adapt(new AdaptContext { InnerSteps = steps }, parameters, tasks.Support).Predict(tasks.Query.Inputs));

        TestTasks.AssertClose(Answer(maml), Answer(implicitly), 1e-11);
        TestTasks.AssertClose(Answer(maml, 0), Answer(implicitly, 0), 1e-14);
    }

    [Theory]
    [InlineData("""{ "kind": "imaml", "innerLearningRate": 0.5, "regularization": 4 }""", "algorithm.innerLearningRate is 0.5, which times a regularization of 4 is 2: the proximal term alone would make the steps diverge; take less than 0.5.")]
    [InlineData("""{ "kind": "imaml", "regularization": 0 }""", "algorithm.regularization is 0: it must be above 0 and at most 1000000.")]
    [InlineData("""{ "kind": "imaml", "conjugateGradientSteps": -1 }""", "algorithm.conjugateGradientSteps is -1: it must be at least 0 and at most 1000.")]
    [InlineData("""{ "kind": "imaml", "damping": -1 }""", "algorithm.damping is -1: it must be at least 0 and at most 1000000.")]
    public void Read_RefusesNonsense_InOneSentence(string json, string message) => Assert.Equal(
        message, Assert.Throws<OptionsException>(() => AlgorithmRegistry.All.Read(JsonSerializer.Deserialize<JsonElement>(json))).Message);

    /// <summary>Two tasks of made-up vectors and numbers.</summary>
    private static Examples Lines(int count, ulong seed, int outputs = 1) =>
        new(TestTasks.Random(seed, 2, count, 3), TestTasks.Random(seed + 1, 2, count, outputs));

    /// <summary>Three inputs, four hidden units with the hyperbolic tangent, two outputs.</summary>
    private sealed class SmoothNet : IModel
    {
        public ImmutableArray<ParameterDefinition> Parameters { get; } = [.. ParameterDefinition.Linear("hidden", 3, 4), .. ParameterDefinition.Linear("out", 4, 2)];

        public bool MixesExamples => false;

        public Tensor Forward(ParameterSet parameters, Tensor x) => Ops.Linear(Ops.Tanh(Ops.Linear(x, parameters, "hidden")), parameters, "out");
    }

    /// <summary>y = w.x on one task under the mean squared error, by plain arithmetic: its Hessian is 2 X'X / S wherever w is.</summary>
    private sealed record LinearByHand(double[][] SupportX, double[] SupportY, double[][] QueryX, double[] QueryY)
    {
        public static LinearByHand Of(TaskBatch task) => new(
            [.. TensorData.ToDoubles(task.Support.Inputs).Chunk(3)],
            TensorData.ToDoubles(task.Support.Targets),
            [.. TensorData.ToDoubles(task.Query.Inputs).Chunk(3)],
            TensorData.ToDoubles(task.Query.Targets));

        public double[] MetaGradient(double[] theta, ImplicitMamlOptions options)
        {
            var phi = theta;
            for (var step = 0; step < options.InnerSteps; step++)
            {
                var slope = Slope(SupportX, SupportY, phi);
                phi = [.. phi.Select((value, i) => value - (options.InnerLearningRate * (slope[i] + (options.Regularization * (value - theta[i])))))];
            }

            var (g, lambda) = (Slope(QueryX, QueryY, phi), options.Regularization + options.Damping);
            double[][] matrix = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 3)
                .Select(j => (i == j ? 1 : 0) + (2 * SupportX.Sum(x => x[i] * x[j]) / SupportX.Length / lambda)).ToArray())];
            return options.ConjugateGradientSteps switch
            {
                0 => g,
                1 => [.. g.Select(value => value * Dot(g, g) / Dot(g, [.. matrix.Select(row => Dot(row, g))]))],
                _ => Eliminate(matrix, g),
            };
        }

        private static double[] Slope(double[][] x, double[] y, double[] w) => [.. Enumerable.Range(0, 3)
            .Select(i => 2 * x.Zip(y, (row, target) => (Dot(row, w) - target) * row[i]).Sum() / x.Length)];

        private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

        /// <summary>Gauss and Jordan, without pivots: the matrix is positive.</summary>
        private static double[] Eliminate(double[][] matrix, double[] b)
        {
            double[][] rows = [.. matrix.Zip(b, (row, value) => row.Append(value).ToArray())];
            for (var pivot = 0; pivot < rows.Length; pivot++)
            {
                rows[pivot] = [.. rows[pivot].Select(value => value / rows[pivot][pivot])];
                for (var other = 0; other < rows.Length; other++)
                {
                    var factor = other == pivot ? 0 : rows[other][pivot];
                    rows[other] = [.. rows[other].Zip(rows[pivot], (value, above) => value - (factor * above))];
                }
            }

            return [.. rows.Select(row => row[^1])];
        }
    }
}
