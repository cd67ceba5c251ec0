using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Oracles;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>What every method keeps to.</summary>
public sealed class AlgorithmTests
{
    public static TheoryData<string, int> Methods() => [.. AlgorithmRegistry.All.Entries.SelectMany(entry => new[] { (entry.Kind, 1), (entry.Kind, 2) })];

    /// <summary>Methods that are not trained through their inner steps: what they measure while training is what they answer after none.</summary>
    private static readonly string[] TunedWhenAnswering = ["proto-transfer"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Compute_OfABlock_IsTheSumOfItsTasksAlone(string kind, int caseIndex)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, oracle) = (Create(kind, caseIndex), OracleCase.All[caseIndex]);
        var parameters = Parameters(algorithm, oracle);

        var together = algorithm.Compute(TestTasks.Context, parameters, oracle.LoadTasks());
        var alone = Enumerable.Range(0, 3).Select(task => algorithm.Compute(TestTasks.Context, parameters, oracle.LoadTasks(task, 1))).ToArray();

        TestTasks.AssertClose(
            [.. alone.SelectMany(result => TensorData.ToDoubles(result.Losses))], TensorData.ToDoubles(together.Losses), 1e-11);
        var sum = alone.Select(result => result.Gradient).Aggregate((left, right) => left.Zip(right, Ops.Add));
        TestTasks.AssertClose(TestTasks.Flat(sum), TestTasks.Flat(together.Gradient), 1e-11);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Adapt_AnswersWhatComputeMeasured_AndBuildsNoGraph(string kind, int caseIndex)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, oracle) = (Create(kind, caseIndex), OracleCase.All[caseIndex]);
        var (parameters, tasks) = (Parameters(algorithm, oracle), oracle.LoadTasks());

        var measured = algorithm.Compute(TestTasks.Context, parameters, tasks).Predictions;
        var context = new AdaptContext { InnerSteps = TunedWhenAnswering.Contains(kind) ? 0 : null };
        var answered = algorithm.Adapt(context, parameters, tasks.Support).Predict(tasks.Query.Inputs);

        Assert.False(answered.requires_grad);
        var answers = TensorData.ToDoubles(answered);
        TestTasks.AssertClose(TensorData.ToDoubles(measured.detach()), answers, 1e-11);

        // Answers that are the same for all classes would hide whatever is wrong with them.
        Assert.All(answers.Chunk((int)answered.shape[2]), row => Assert.True(row.Max() - row.Min() > 1e-3, string.Join(", ", row)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Predict_ShowsEachQueryExampleAlone_WhenNotTransductive(string kind, int caseIndex)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (algorithm, oracle) = (Create(kind, caseIndex), OracleCase.All[caseIndex]);
        var (parameters, tasks) = (Parameters(algorithm, oracle), oracle.LoadTasks());
        var predictor = algorithm.Adapt(new AdaptContext { Transductive = false }, parameters, tasks.Support);

        var together = predictor.Predict(tasks.Query.Inputs);
        var apart = Enumerable.Range(0, (int)tasks.Query.Inputs.shape[1])
            .Select(query => predictor.Predict(tasks.Query.Inputs.narrow(1, query, 1))).ToArray();

        TestTasks.AssertClose(TensorData.ToDoubles(cat(apart, 1)), TensorData.ToDoubles(together), 1e-11);
        var transductive = algorithm.Adapt(new AdaptContext(), parameters, tasks.Support).Predict(tasks.Query.Inputs);
        var difference = TensorData.ToDoubles(together).Zip(TensorData.ToDoubles(transductive), (a, b) => Math.Abs(a - b)).Max();
        Assert.Equal(oracle.CreateModel().MixesExamples || algorithm is ComparisonMethod { MixesQueries: true }, difference > 1e-3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Order_ChangesTheGradientButNotTheLoss(int caseIndex)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[caseIndex];
        MetaGradient Compute(GradientOrder order)
        {
            var maml = new Maml(oracle.CreateModel(), oracle.Loss, new MamlOptions { Order = order, InnerLearningRate = 0.05 });
            return maml.Compute(TestTasks.Context, oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks());
        }

        var (second, first) = (Compute(GradientOrder.Second), Compute(GradientOrder.First));

        TestTasks.AssertClose(TensorData.ToDoubles(second.Losses), TensorData.ToDoubles(first.Losses), 1e-12);
        Assert.True(TestTasks.Flat(second.Gradient).Zip(TestTasks.Flat(first.Gradient), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void InnerLossSum_IsTheMeanTimesTheNumberOfExamples()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[1];
        double[] Losses(MamlOptions options)
        {
            var maml = new Maml(oracle.CreateModel(), oracle.Loss, options);
            return TensorData.ToDoubles(maml.Compute(TestTasks.Context, oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks()).Losses);
        }

        var mean = Losses(new MamlOptions { InnerLearningRate = 0.06 });
        var sum = Losses(new MamlOptions { InnerLearningRate = 0.01, InnerLoss = Learning.InnerLoop.InnerLoss.Sum });

        TestTasks.AssertClose(mean, sum, 1e-12);
    }

    [Fact]
    public void Adapt_ReturnsTheInitialModel_WithNoInnerSteps()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var oracle = OracleCase.All[0];
        var maml = new Maml(oracle.CreateModel(), oracle.Loss);
        var (parameters, tasks) = (oracle.LoadParameters(TestTasks.LayoutOf(maml)), oracle.LoadTasks());

        var answered = maml.Adapt(new AdaptContext { InnerSteps = 0 }, parameters, tasks.Support).Predict(tasks.Query.Inputs);

        var initial = ((IModel)oracle.CreateModel()).Forward(parameters, tasks.Query.Inputs);
        TestTasks.AssertClose(TensorData.ToDoubles(initial), TensorData.ToDoubles(answered), 1e-14);
    }

    [Fact]
    public void Reptile_FollowsAdamWithoutMomentum_ByHand()
    {
        // One weight, no bias worth mentioning: y = w x + b, loss (y - t)^2 at x = 1, t = 0; gradient 2 (w + b) for both.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var reptile = new Reptile(
            new Mlp(1, 1), Losses.MeanSquaredError, Regression(shots: 1), new ReptileOptions { InnerOptimizer = InnerOptimizer.Adam, InnerSteps = 2, InnerLearningRate = 0.1, InnerBeta2 = 0.9 });
        var layout = TestTasks.LayoutOf(reptile);
        var start = ParameterSet.Load(layout, [0.5f, 1.5f], TestTasks.Context);
        var example = new Examples(ones([1, 1, 1], ScalarType.Float64), zeros([1, 1, 1], ScalarType.Float64));

        var moved = TestTasks.Flat(reptile.Compute(TestTasks.Context, start, new TaskBatch(example, example)).Gradient);

        // First step: g = 4, v = 0.1 * 16, corrected 16: a step of 0.1. Second: g = 2 * 1.8.
        var second = 0.1 * 3.6 / Math.Sqrt(((0.9 * 1.6) + (0.1 * 3.6 * 3.6)) / (1 - 0.81));
        TestTasks.AssertClose([0.1 + second, 0.1 + second], moved, 1e-7);
    }

    [Fact]
    public void Reptile_GoesRoundTheSupportSet_ByHand()
    {
        // y = w x + b at x = 1: gradient 2 (w + b - t) for both, t = 1, 2, 3 in turn, then 1 again. Adapting goes the same way.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new ReptileOptions { InnerOptimizer = InnerOptimizer.Sgd, InnerSteps = 4, InnerLearningRate = 0.1, InnerShots = 1 };
        var reptile = new Reptile(new Mlp(1, 1), Losses.MeanSquaredError, Regression(shots: 3), options);
        var start = ParameterSet.Load(TestTasks.LayoutOf(reptile), [0.5f, 1.5f], TestTasks.Context);
        var support = new Examples(ones([1, 3, 1], ScalarType.Float64), tensor(new double[] { 1, 2, 3 }).reshape(1, 3, 1));
        var query = new Examples(ones([1, 1, 1], ScalarType.Float64), zeros([1, 1, 1], ScalarType.Float64));

        var moved = TestTasks.Flat(reptile.Compute(TestTasks.Context, start, new TaskBatch(support, query)).Gradient);
        var answer = TensorData.ToDoubles(reptile.Adapt(new AdaptContext(), start, support).Predict(query.Inputs));

        var (w, b) = (0.5, 1.5);
        foreach (var target in (double[])[1, 2, 3, 1])
        {
            var step = 0.2 * (w + b - target);
            (w, b) = (w - step, b - step);
        }

        TestTasks.AssertClose([1.5 - b, 0.5 - w], moved, 1e-12);
        TestTasks.AssertClose([w + b], answer, 1e-12);
    }

    /// <summary>The case's parameters; a method's own are drawn, so that no two of its units, heads or classes are the same.</summary>
    private static ParameterSet Parameters(IMetaAlgorithm algorithm, OracleCase oracle)
    {
        var drawn = TestTasks.Parameters(algorithm);
        var ofCase = oracle.LoadParameters(drawn.Layout);
        return drawn.With(drawn.Layout.Slots.Select(slot => (oracle.Parameters.ContainsKey(slot.Name) ? ofCase : drawn)[slot.Name]));
    }

    private static EpisodeShape Regression(int shots) => new() { Ways = 0, Shots = shots, Queries = 1, Input = [1], Targets = 1 };

    private static IMetaAlgorithm Create(string kind, int caseIndex)
    {
        var oracle = OracleCase.All[caseIndex];
        var json = System.Text.Json.JsonSerializer.SerializeToElement(new { kind });
        return AlgorithmRegistry.All.Read(json).Create(new AlgorithmContext(oracle.CreateModel(), oracle.Loss, oracle.LoadBlock().Shape));
    }
}
