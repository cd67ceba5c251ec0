using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using MetaTrain.Learning.Tests.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Conformance;

/// <summary>
/// The conformance matrix: what holds for every method with every model on every kind of problem. A method joins by being registered,
/// and by its line in <see cref="ConformanceCell"/>; what it cannot do must be refused there and in the product alike.
/// </summary>
public sealed class ConformanceTests
{
    private const int Directions = 4;

    public static TheoryData<string, string, string> Cells => [.. ConformanceCell.All];

    public static TheoryData<string, string, string> Trained => ConformanceCell.Trained;

    public static TheoryData<string, string, string> Learned => ConformanceCell.Learned;

    public static TheoryData<string, string, string> WithGradient => ConformanceCell.WithGradient;

    [Theory]
    [MemberData(nameof(Cells))]
    public void Cell_IsRefusedInOneSentence_WhereItIsNotSupported_AndNowhereElse(string method, string model, string problem)
    {
        var expected = ConformanceCell.Refusal(method, model, problem);
        var exception = Record.Exception(() => ConformanceCell.Create(method, model, problem));

        if (expected is null)
        {
            Assert.Null(exception);
            return;
        }

        var refusal = Assert.IsType<OptionsException>(exception);
        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Theory]
    [MemberData(nameof(WithGradient))]
    public void Gradient_IsTheSlopeOfTheLoss_AlongRandomDirections(string method, string model, string problem)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var algorithm = ConformanceCell.CreateMethod(method, model, problem);
        var (parameters, tasks) = (TestTasks.Parameters(algorithm), Tasks(problem));
        var gradient = algorithm.Compute(TestTasks.Context, parameters, tasks).Gradient;

        var (done, redrawn) = (0, 0);
        for (ulong seed = 0; done < Directions; seed++)
        {
            using var directionScope = NewDisposeScope();
            var direction = Slopes.Direction(parameters, seed);
            var (coarse, fine) = (Slope(algorithm, parameters, direction, tasks, 2e-8), Slope(algorithm, parameters, direction, tasks, 1e-8));
            var scale = Math.Max(Math.Abs(fine), 1e-2);

            // Where a kink lies between the points, the two differ far more than rounding and curvature explain.
            if (Math.Abs(coarse - fine) > 1e-5 * scale)
            {
                redrawn++;
                Assert.True(redrawn <= 4 * Directions, "Too many directions cross a kink: the check would prove nothing.");
                continue;
            }

            var along = gradient.Zip(direction, Ops.Multiply).Tensors.Sum(product => TensorData.ToDoubles(product).Sum());
            Assert.True(Math.Abs(along - fine) <= 5e-5 * scale, $"Direction {seed}: the gradient gives {along:R}, the loss changes by {fine:R}.");
            done++;
        }
    }

    [Theory]
    [MemberData(nameof(Learned))]
    public void Training_LowersTheLossOnNewTasks(string method, string model, string problem)
    {
        var trainer = new MetaTrainer(ConformanceCell.Create(method, model, problem), tasksPerIteration: 6, blockSize: 8);
        var settings = new EvaluationSettings { Split = Split.Test };

        var before = Loss(trainer.Evaluate(settings, episodes: 48));
        trainer.Train(method == "reptile" ? 200 : 60, cancellationToken: TestContext.Current.CancellationToken);
        var after = Loss(trainer.Evaluate(settings, episodes: 48));

        Assert.True(after < 0.97 * before, $"The loss went from {before} to {after}.");
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void Parameters_HaveTheSameBits_OnOneAndOnThreeWorkers_AndAfterAResume(string method, string model, string problem)
    {
        var one = new MetaTrainer(ConformanceCell.Create(method, model, problem), tasksPerIteration: 5, blockSize: 1);
        var three = new MetaTrainer(ConformanceCell.Create(method, model, problem), tasksPerIteration: 5, blockSize: 1, workers: 3);
        var resumed = new MetaTrainer(ConformanceCell.Create(method, model, problem), tasksPerIteration: 5, blockSize: 1, workers: 2);

        one.Train(2, cancellationToken: TestContext.Current.CancellationToken);
        var saved = one.Save();
        one.Train(2, cancellationToken: TestContext.Current.CancellationToken);
        three.Train(4, cancellationToken: TestContext.Current.CancellationToken);
        resumed.Restore(saved);
        resumed.Train(2, cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(saved.Parameters, one.Parameters.ToArray());
        Assert.Equal(one.Parameters.ToArray(), three.Parameters.ToArray());
        Assert.Equal(one.Parameters.ToArray(), resumed.Parameters.ToArray());
    }

    private static double Loss(IReadOnlyDictionary<string, Measurement> measured) =>
        measured.TryGetValue("loss", out var loss) ? loss.Mean : measured.Single(pair => pair.Key.StartsWith("mse@", StringComparison.Ordinal)).Value.Mean;

    private static TaskBatch Tasks(string problem)
    {
        var source = ConformanceCell.SourceOf(problem);
        var block = new EpisodeBlock(source.TrainingShape, tasks: 2);
        for (var task = 0; task < block.Tasks; task++)
        {
            source.Sample(new EpisodeKey(3, Split.Train, 0, task), block, task);
        }

        return EpisodeTensors.Of(BlockData<float>.Of(block), TestTasks.Context);
    }

    private static double Slope(IMetaAlgorithm algorithm, ParameterSet parameters, ParameterSet direction, TaskBatch tasks, double step)
    {
        return (Loss(step) - Loss(-step)) / (2 * step);

        double Loss(double length)
        {
            using var scope = NewDisposeScope();
            var moved = parameters.Zip(direction, (value, along) => Ops.Add(value, along, length));
            return TensorData.ToDoubles(algorithm.Compute(TestTasks.Context, moved, tasks).Losses).Sum();
        }
    }
}

/// <summary>The part of the matrix that counts what the whole process holds.</summary>
[Collection(nameof(ProcessWide))]
public sealed class ConformanceResourceTests
{
    public static TheoryData<string, string, string> Trained => ConformanceCell.Trained;

    [Theory]
    [MemberData(nameof(Trained))]
    public void Training_AndAnswering_LeaveNoTensorBehind(string method, string model, string problem)
    {
        var trainer = new MetaTrainer(ConformanceCell.Create(method, model, problem), tasksPerIteration: 2, blockSize: 2);
        var settings = new EvaluationSettings { Split = Split.Test };
        Work();

        var before = torch.Tensor.TotalCount;
        Work();

        Assert.Equal(before, torch.Tensor.TotalCount);

        void Work()
        {
            trainer.Train(3, cancellationToken: TestContext.Current.CancellationToken);
            trainer.Evaluate(settings, episodes: 2);
            trainer.Evaluate(settings with { Transductive = false }, episodes: 2);
        }
    }
}
