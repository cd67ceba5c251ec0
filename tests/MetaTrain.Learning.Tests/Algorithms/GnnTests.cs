using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.InnerLoop;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class GnnTests
{
    private const int Ways = 3;
    private const int Features = 4;
    private static readonly EpisodeShape Shape = new() { Ways = Ways, Shots = 1, Queries = 2, Input = [Features] };

    [Theory]
    [InlineData(1, false, GraphStatistics.Graph)]
    [InlineData(2, false, GraphStatistics.Graph)]
    [InlineData(3, true, GraphStatistics.Graph)]
    [InlineData(2, true, GraphStatistics.Task)]
    public void Compare_IsTheFormula_NodeByNode(int heads, bool gate, GraphStatistics statistics)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new GnnOptions { Heads = heads, Gate = gate, Blocks = 2, Width = 3, EdgeWidth = 2, Statistics = statistics };
        var gnn = Create(options);
        var (parameters, comparison) = (TestTasks.Parameters(gnn), Compared());

        var answers = gnn.Compare(parameters, comparison);

        var expected = Enumerable.Range(0, 2).SelectMany(task => new GraphByHand(parameters, options, comparison, task).Logits()).ToArray();
        TestTasks.AssertClose(expected, TensorData.ToDoubles(answers), 1e-10);
    }

    [Theory]
    [InlineData(GraphStatistics.Graph)]
    [InlineData(GraphStatistics.Task)]
    public void Compute_GivesTheSlopeOfTheLoss_AlongRandomDirections(GraphStatistics statistics)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var gnn = new Gnn(
            new Mlp(5, Features, Ways), Losses.CrossEntropy, Shape, new GnnOptions { Blocks = 2, Width = 3, EdgeWidth = 3, Statistics = statistics });
        var (parameters, tasks) = (TestTasks.Parameters(gnn), TestTasks.Classification(1, Ways, 1, 2, 5));

        var gradient = gnn.Compute(TestTasks.Context, parameters, tasks).Gradient;

        Slopes.AssertGradient(parameters, gradient, moved => TensorData.ToDoubles(TaskLoss.Of(
            gnn.Loss, gnn.Adapt(new AdaptContext(), moved, tasks.Support).Predict(tasks.Query.Inputs), tasks.Query)).Sum());
    }

    [Fact]
    public void Gate_IsNoneWhereTrainingStarts_AndWeighsTheHeadsAfterwards()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var (gated, plain) = (Create(new GnnOptions { EdgeWidth = 4 }), Create(new GnnOptions { EdgeWidth = 4, Gate = false }));
        var random = TestTasks.Parameters(gated);
        var parameters = random.With(random.Layout.Slots.Select(slot =>
            slot.Name.Contains(".gate.", StringComparison.Ordinal) ? Ops.Scale(random[slot.Name], 0) : random[slot.Name]));
        var withoutGate = TensorData.ToDoubles(plain.Compare(parameters.Take(TestTasks.LayoutOf(plain)), Compared()));

        TestTasks.AssertClose(withoutGate, TensorData.ToDoubles(gated.Compare(parameters, Compared())), 1e-12);
        Assert.True(Furthest(withoutGate, TensorData.ToDoubles(gated.Compare(random, Compared()))) > 1e-4);
        Assert.All(gated.Parameters.Where(parameter => parameter.Name.Contains(".gate.", StringComparison.Ordinal)), parameter =>
        {
            var values = new float[3];
            parameter.Initial.Fill(values, 1, 0);
            Assert.Equal([0, 0, 0], values);
        });
        Assert.DoesNotContain(Create(new GnnOptions { Heads = 1 }).Parameters, parameter => parameter.Name.Contains(".gate.", StringComparison.Ordinal));
    }

    [Fact]
    public void Statistics_OfTheTaskMixItsQueries_AndThoseOfAGraphDoNot()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        double Mixed(GraphStatistics statistics)
        {
            var gnn = Create(new GnnOptions { EdgeWidth = 4, Statistics = statistics });
            var (parameters, comparison) = (TestTasks.Parameters(gnn), Compared());
            var alone = cat([.. Enumerable.Range(0, 6).Select(query => gnn.Compare(parameters, comparison.Only(query)))], 1);
            Assert.Equal(TensorData.ToDoubles(alone), TensorData.ToDoubles(gnn.Answer(parameters, comparison, transductive: false)), (x, y) => Math.Abs(x - y) < 1e-11);
            return Furthest(TensorData.ToDoubles(alone), TensorData.ToDoubles(gnn.Answer(parameters, comparison, transductive: true)));
        }

        Assert.True(Mixed(GraphStatistics.Graph) < 1e-11);
        Assert.True(Mixed(GraphStatistics.Task) > 1e-3);
    }

    [Fact]
    public void Create_TakesTheWaysFromTheEpisodes_AndRefusesRegression()
    {
        var gnn = Create(new GnnOptions { Blocks = 2, Width = 5, Heads = 3 });
        var shapes = gnn.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);

        Assert.True(gnn.HasFixedWays);
        Assert.Equal([192, Features + Ways], shapes["gnn.block1.edge1.weight"]);
        Assert.Equal([Ways, 4 * (Features + Ways + 5)], shapes["gnn.block2.node.weight"]);

        var exception = Assert.Throws<OptionsException>(() => AlgorithmRegistry.All.Read(System.Text.Json.JsonSerializer.SerializeToElement(new { kind = "gnn" }))
            .Create(new AlgorithmContext(new Mlp(1, 4, 1), Losses.MeanSquaredError, new EpisodeShape { Ways = 0, Shots = 3, Queries = 3, Input = [1], Targets = 1 })));
        Assert.Equal("algorithm.kind", exception.Path);
    }

    [Theory]
    [InlineData("""{ "kind": "gnn", "edgeWidth": 12, "width": 12 }""")]
    [InlineData("""{ "kind": "gnn", "edgeWidth": 12, "width": 12, "heads": 1, "statistics": "task" }""")]
    public void Train_LearnsToTellNewClassesApart(string algorithm)
    {
        var experiment = Experiment.Create(Specs.Of(algorithm, """{ "kind": "mlp", "hidden": [16, 12] }"""), new BlobSource(4, 1, 2, 0.4f, 12));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 4);
        trainer.Train(80, cancellationToken: TestContext.Current.CancellationToken);

        var accuracy = trainer.Evaluate(new EvaluationSettings { Split = Split.Test }, episodes: 60)["accuracy"];

        // Chance is 0.25.
        Assert.True(accuracy.Mean > 0.75, $"{accuracy}");
    }

    private static Gnn Create(GnnOptions options) => new(new Mlp(Features, Ways), Losses.CrossEntropy, Shape, options);

    private static Comparison Compared()
    {
        var tasks = TestTasks.Classification(2, Ways, 1, 2, Features);
        return new Comparison(tasks.Support.Inputs, tasks.Support.Targets, tasks.Query.Inputs);
    }

    private static double Furthest(double[] left, double[] right) => left.Zip(right, (x, y) => Math.Abs(x - y)).Max();
}
