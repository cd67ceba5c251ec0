using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tests.Experiments;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class GaussianProtoTrainingTests
{
    [Theory]
    [InlineData("""{ "kind": "gaussian-proto" }""")]
    [InlineData("""{ "kind": "gaussian-proto", "covariance": "diagonal" }""")]
    [InlineData("""{ "kind": "gaussian-proto", "distance": "plain" }""")]
    [InlineData("""{ "kind": "gaussian-proto", "sampled": true }""")]
    public void Train_LearnsFromTheStart_ToTellNewClassesApart(string method)
    {
        var experiment = Experiment.Create(Specs.Of(method, """{ "kind": "mlp", "hidden": [32] }"""), new BlobSource(5, 1, 4, 0.7f, 10));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);
        List<double> losses = [];

        trainer.Train(120, (_, metrics) => losses.Add(metrics["loss"]), TestContext.Current.CancellationToken);
        var accuracy = trainer.Evaluate(new EvaluationSettings { Split = Split.Test }, episodes: 200)["accuracy"];

        var (start, early, late) = (losses.Take(10).Average(), losses.Skip(20).Take(10).Average(), losses.TakeLast(10).Average());
        TestContext.Current.SendDiagnosticMessage($"{method}: loss {start:F3} {early:F3} {late:F3}, accuracy {accuracy}");
        Assert.True(early < start && late < 0.8 * start, $"The loss went from {start} over {early} to {late}.");
        Assert.True(accuracy.Mean > 0.7, $"The accuracy is {accuracy} where chance is 0.2.");
    }

    [Fact]
    public void Precisions_TellGoodExamplesFromBad()
    {
        var (constant, radius) = (Train(GaussianCovariance.Constant), Train(GaussianCovariance.Radius));

        TestContext.Current.SendDiagnosticMessage($"constant {constant}, radius {radius}");
        Assert.True(radius.Mean - radius.Ci95 > constant.Mean + constant.Ci95, $"Learned precisions reach {radius}, equal ones {constant}.");

        static Measurement Train(GaussianCovariance covariance)
        {
            // Without a body: a hidden layer could learn to give every marked example the same point, which does as well.
            var model = new Mlp(13, 5);
            var method = new GaussianProto(model, Losses.CrossEntropy, new GaussianProtoOptions { Dimensions = 16, Covariance = covariance });
            var experiment = new Experiment(new MarkedNoiseSource(), method, parameters => new Adam(new AdamOptions { Iterations = 250, TasksPerIteration = 8, LearningRate = 0.02 }, parameters), seed: 3);
            var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);
            trainer.Train(250, cancellationToken: TestContext.Current.CancellationToken);
            return trainer.Evaluate(new EvaluationSettings { Split = Split.Test }, episodes: 300)["accuracy"];
        }
    }

    [Fact]
    public void Start_IsNearChance_HoweverLargeTheSpace()
    {
        double Start(string method) => new MetaTrainer(
            Experiment.Create(Specs.Of(method, """{ "kind": "no-conv", "hidden": [64] }"""), new BlobSource(5, 1, 4, 1, 20)), tasksPerIteration: 32).Step()["loss"];

        // ln 5 = 1.61 is what knowing nothing costs.
        Assert.InRange(Start("""{ "kind": "gaussian-proto", "dimensions": 2 }"""), 0.5, 3);
        Assert.InRange(Start("""{ "kind": "gaussian-proto", "dimensions": 512 }"""), 0.5, 3);
    }

    /// <summary>Blobs of which every other support example is drowned in noise and says so in its last value.</summary>
    private sealed class MarkedNoiseSource : ITaskSource
    {
        public EpisodeShape TrainingShape { get; } = new() { Ways = 5, Shots = 4, Queries = 4, Input = [13] };

        public string? Note => "synthetic: marked noise";

        public bool HasPixelBaseline => false;

        public string? Refuse(Split split, EpisodeShape shape) => null;

        public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
        {
            var random = new CounterRandom(key, RandomPurpose.Inputs);
            var shape = block.Shape;
            Span<float> prototype = new float[shape.InputLength - 1];
            for (var way = 0; way < shape.Ways; way++)
            {
                random.FillGaussian(prototype, 0, 1);
                for (var example = 0; example < shape.Shots + shape.Queries; example++)
                {
                    var isSupport = example < shape.Shots;
                    var isNoise = isSupport && example % 2 == 1;
                    var destination = isSupport
                        ? block.SupportInput(task, (way * shape.Shots) + example)
                        : block.QueryInput(task, (way * shape.Queries) + example - shape.Shots);
                    random.FillGaussian(destination, 0, isNoise ? 3 : 0.7);
                    for (var i = 0; i < prototype.Length; i++)
                    {
                        destination[i] += isNoise ? 0 : prototype[i];
                    }

                    destination[^1] = isNoise ? 3 : 0;
                }
            }
        }
    }
}
