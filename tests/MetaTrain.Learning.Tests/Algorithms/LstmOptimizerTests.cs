using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class LstmOptimizerTests
{
    private const int Dimensions = 3;
    private const int Tasks = 2;

    public static TheoryData<OptimizerLoss, GradientPreprocessing, int> Cases() =>
    [
        (OptimizerLoss.SupportTrajectory, GradientPreprocessing.LogAndSign, 5),
        (OptimizerLoss.SupportTrajectory, GradientPreprocessing.LogAndSign, 2),
        (OptimizerLoss.SupportTrajectory, GradientPreprocessing.None, 3),
        (OptimizerLoss.SupportTrajectory, GradientPreprocessing.None, 1),
        (OptimizerLoss.Query, GradientPreprocessing.LogAndSign, 5),
        (OptimizerLoss.Query, GradientPreprocessing.None, 2),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_GivesTheLossesAndTheGradient_ThatComeOutByHand(OptimizerLoss metaLoss, GradientPreprocessing preprocessing, int truncation)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Small(metaLoss, truncation) with { Preprocessing = preprocessing };
        var optimizer = new LstmOptimizer(new LinearModel(Dimensions, 1), Losses.MeanSquaredError, options);
        var (parameters, tasks) = (TestTasks.Parameters(optimizer), Regression(Dimensions));

        var computed = optimizer.Compute(TestTasks.Context, parameters, tasks);

        var hand = Hand(parameters, options);
        var (queryLosses, slopeOfStart) = (new double[Tasks], new double[Dimensions]);
        var runs = Enumerable.Range(0, Tasks).Select(task =>
        {
            var ((x, y), query) = (Function(tasks.Support, task), Function(tasks.Query, task));
            var run = hand.Run(x, y, TensorData.ToDoubles(parameters["head.weight"]), options.InnerSteps);
            queryLosses[task] = LstmOptimizerByHand.Loss(query.X, query.Y, run[^1].Theta) / query.Y.Length;
            var slopes = metaLoss == OptimizerLoss.SupportTrajectory
                ? run.Skip(1).Select(moment => moment.Gradient)
                : [[.. LstmOptimizerByHand.Slope(query.X, query.Y, run[^1].Theta).Select(value => value / query.Y.Length)]];
            foreach (var slope in slopes)
            {
                slopeOfStart = [.. slopeOfStart.Zip(slope, (a, b) => a + b)];
            }

            return run;
        }).ToArray();
        TestTasks.AssertClose(queryLosses, TensorData.ToDoubles(computed.Losses), 1e-10, "losses");
        TestTasks.AssertClose(slopeOfStart, TensorData.ToDoubles(computed.Gradient["head.weight"]), 1e-9, "start");

        for (ulong seed = 0; seed < 32; seed++)
        {
            var tensor = 100 + (seed * 100);
            var direction = parameters.Select(value => TestTasks.Random(tensor++, value.shape));
            double MetaLoss(double step)
            {
                var moved = Hand(parameters.Zip(direction, (value, along) => Ops.Add(value, along, step)), options);
                return Enumerable.Range(0, Tasks).Sum(task =>
                {
                    var places = moved.Again(runs[task], step => (metaLoss == OptimizerLoss.Query ? options.InnerSteps - step : step) % truncation == 0);
                    var ((x, y), query) = (Function(tasks.Support, task), Function(tasks.Query, task));
                    return metaLoss == OptimizerLoss.SupportTrajectory
                        ? places.Sum(theta => LstmOptimizerByHand.Loss(x, y, theta))
                        : LstmOptimizerByHand.Loss(query.X, query.Y, places[^1]) / query.Y.Length;
                });
            }

            var expected = (MetaLoss(1e-5) - MetaLoss(-1e-5)) / 2e-5;
            var actual = optimizer.Parameters.Where(parameter => parameter.Name != "head.weight").Sum(parameter =>
                TensorData.ToDoubles(Ops.Multiply(computed.Gradient[parameter.Name], direction[parameter.Name])).Sum());
            Assert.True(Math.Abs(expected - actual) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"Direction {seed}: {actual:R}, but the loss changes by {expected:R}.");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    public void Query_IsLearnedFromByTheLastSteps_AsManyAsTheTruncation(int truncation)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Small(OptimizerLoss.Query, truncation);
        var optimizer = new LstmOptimizer(new LinearModel(Dimensions, 1), Losses.MeanSquaredError, options);
        var (parameters, tasks) = (TestTasks.Parameters(optimizer), Regression(Dimensions));

        var computed = optimizer.Compute(TestTasks.Context, parameters, tasks).Gradient;

        var network = new CoordinateLstm(options.Layers, options.HiddenUnits, options.PreprocessingP, options.OutputScale);
        var weights = parameters.Take(new ParameterLayout(network.Parameters.Select(parameter => (parameter.Name, parameter.Shape)))).AsLeaves();
        var theta_TP = Ops.ExpandTasks(parameters["head.weight"].reshape(1, Dimensions), Tasks);
        var memory = network.Empty(theta_TP);
        for (var step = 0; step < options.InnerSteps; step++)
        {
            var slope_TP = Ops.Scale(tasks.Support.Inputs.transpose(1, 2).bmm(Errors(tasks.Support)).squeeze(-1), 2);
            (var update_TP, memory) = network.Step(weights, slope_TP.detach(), memory);
            theta_TP = Ops.Add(theta_TP, update_TP);
            if (step + truncation < options.InnerSteps)
            {
                (theta_TP, memory) = (theta_TP.detach(), memory.Select(tensor => tensor.detach()));
            }
        }

        var loss = Ops.Scale(Ops.Sum(Ops.Square(Errors(tasks.Query))), 1.0 / tasks.Query.Inputs.shape[1]);
        var expected = Gradients.Of(loss, weights, createGraph: false);
        Assert.All(expected.Layout.Slots, slot => TestTasks.AssertClose(
            TensorData.ToDoubles(expected[slot.Name]), TensorData.ToDoubles(computed[slot.Name]), 1e-10, slot.Name));
        Assert.Contains(TestTasks.Flat(expected), value => Math.Abs(value) > 1e-3);

        Tensor Errors(Examples examples) => Ops.Subtract(examples.Inputs.bmm(theta_TP.unsqueeze(-1)), examples.Targets);
    }

    [Fact]
    public void LogAndSign_IsTheAppendixsFormula()
    {
        using var scope = NewDisposeScope();
        var x = TensorData.FromValues([Math.Exp(-3), -Math.Exp(-12), 0.0, 100.0, -1.0], [5]);

        var seen = TensorData.ToDoubles(Ops.LogAndSign(x, 10));

        TestTasks.AssertClose([-0.3, 1, -1, -Math.Exp(-2), -1, 0, Math.Log(100) / 10, 1, 0, -1], seen, 1e-14);
    }

    [Fact]
    public void Adapt_TakesAsManyStepsAsItIsAsked_AndAnswersByWhatTheyReach()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Small(OptimizerLoss.SupportTrajectory, 2);
        var optimizer = new LstmOptimizer(new LinearModel(Dimensions, 1), Losses.MeanSquaredError, options);
        var (parameters, tasks) = (TestTasks.Parameters(optimizer), Regression(Dimensions));
        var (x, y) = Function(tasks.Support, 1);
        var run = Hand(parameters, options).Run(x, y, TensorData.ToDoubles(parameters["head.weight"]), 9);

        foreach (var steps in new[] { 0, 1, 9 })
        {
            var answers = optimizer.Adapt(new AdaptContext { InnerSteps = steps }, parameters, tasks.Support).Predict(tasks.Query.Inputs);
            double[] expected = [.. Function(tasks.Query, 1).X.Select(row => row.Zip(run[steps].Theta, (a, b) => a * b).Sum())];
            TestTasks.AssertClose(expected, TensorData.ToDoubles(answers.narrow(0, 1, 1)), 1e-10, $"{steps} steps");
        }
    }

    [Fact]
    public void LearnInitial_DecidesWhetherTheModelsValuesAreLearned()
    {
        static string[] Names(bool learns) =>
            [.. new LstmOptimizer(new Mlp(2, 4, 1), Losses.MeanSquaredError, new LstmOptimizerOptions { LearnInitial = learns, Layers = 1 }).Parameters.Select(parameter => parameter.Name)];

        string[] own = ["optimizer.lstm1.inputWeight", "optimizer.lstm1.hiddenWeight", "optimizer.lstm1.bias", "optimizer.output.weight", "optimizer.output.bias"];
        Assert.Equal(own, Names(learns: false));
        Assert.Equal(["layer1.weight", "layer1.bias", "head.weight", "head.bias", .. own], Names(learns: true));
    }

    [Fact]
    public void Start_IsDrawnForEachTaskOfTraining_ByItsOwnIndexAlone_WhenItIsNotLearned()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var optimizer = new LstmOptimizer(new Mlp(Dimensions, 4, 1), Losses.MeanSquaredError, Small(OptimizerLoss.SupportTrajectory, 5) with { LearnInitial = false });
        var (parameters, tasks) = (TestTasks.Parameters(optimizer), Regression(Dimensions));
        var twice = new TaskBatch(Twice(tasks.Support), Twice(tasks.Query));
        double[] Of(ComputeContext context, TaskBatch batch) => TensorData.ToDoubles(optimizer.Compute(context, parameters, batch).Losses);

        var together = Of(TestTasks.Context, twice);
        var second = Of(TestTasks.Context with { FirstTask = 1 }, twice.Only(1));
        var later = Of(TestTasks.Context with { Iteration = 1 }, twice);

        Assert.True(Math.Abs(together[0] - together[1]) > 1e-3, "One function twice: only the starts differ.");
        Assert.Equal(together[1], second[0], 1e-11);
        Assert.True(Math.Abs(together[0] - later[0]) > 1e-3);

        static Examples Twice(Examples examples) => new(cat([examples.Only(0).Inputs, examples.Only(0).Inputs]), cat([examples.Only(0).Targets, examples.Only(0).Targets]));
    }

    [Theory]
    [InlineData(OptimizerLoss.SupportTrajectory, 1)]
    [InlineData(OptimizerLoss.SupportTrajectory, 3)]
    [InlineData(OptimizerLoss.Query, 2)]
    public void Compute_LeavesNoTensorBehind(OptimizerLoss metaLoss, int truncation)
    {
        TorchRuntime.PinThread();
        using var outer = NewDisposeScope();
        var optimizer = new LstmOptimizer(new LinearModel(Dimensions, 1), Losses.MeanSquaredError, Small(metaLoss, truncation));
        var (parameters, tasks) = (TestTasks.Parameters(optimizer), Regression(Dimensions));
        long Live()
        {
            using (NewDisposeScope())
            {
                _ = optimizer.Compute(TestTasks.Context, parameters, tasks);
                _ = optimizer.Adapt(new AdaptContext(), parameters, tasks.Support).Predict(tasks.Query.Inputs);
            }

            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        Assert.Equal(Live(), Live());
    }

    private static LstmOptimizerOptions Small(OptimizerLoss metaLoss, int truncation) => new()
    {
        LearnInitial = true,
        MetaLoss = metaLoss,
        InnerSteps = 5,
        Truncation = truncation,
        HiddenUnits = 3,
        OutputScale = 0.5,
        PreprocessingP = 2,
        InnerLoss = InnerLoss.Sum,
    };

    private static LstmOptimizerByHand Hand(ParameterSet parameters, LstmOptimizerOptions options) => new(
        LstmOptimizerByHand.WeightsOf(parameters), options.HiddenUnits, options.Preprocessing == GradientPreprocessing.None ? null : options.PreprocessingP, options.OutputScale);

    private static TaskBatch Regression(int inputs) => new(
        new Examples(TestTasks.Random(21, Tasks, 4, inputs), TestTasks.Random(22, Tasks, 4, 1)),
        new Examples(TestTasks.Random(23, Tasks, 6, inputs), TestTasks.Random(24, Tasks, 6, 1)));

    private static (double[][] X, double[] Y) Function(Examples examples, int task) =>
        ([.. TensorData.ToDoubles(examples.Only(task).Inputs).Chunk(Dimensions)], TensorData.ToDoubles(examples.Only(task).Targets));
}
