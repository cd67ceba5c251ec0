using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

/// <summary>Gaussian prototypes from descriptions of classes.</summary>
public sealed class ZeroShotTests
{
    private const string Method = """{ "kind": "gaussian-proto", "descriptions": 6, "dimensions": 8 }""";

    [Fact]
    public void Compare_TakesPrototypesFromDescriptions_ByALinearMap()
    {
        // p = 2 v + 1, s = 1 + softplus(0) = 1 + ln 2: classes told 0 and 2 lie at 1 and 5; the query at 2.
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = new GaussianProtoOptions { Dimensions = 1, Covariance = GaussianCovariance.Diagonal, Descriptions = 1 };
        var method = new GaussianProto(new Mlp(1, 1, 2), Losses.CrossEntropy, options);
        var values = new Dictionary<string, double> { ["gaussian.mean.weight"] = 1, ["gaussian.describe.mean.weight"] = 2, ["gaussian.describe.mean.bias"] = 1 };
        var layout = TestTasks.LayoutOf(method);
        var parameters = new ParameterSet(layout, layout.Slots.Select(slot => TensorData.FromValues(
            [values.GetValueOrDefault(slot.Name)], [1, .. slot.Shape.Select(size => (long)size)])));
        var (support, labels) = (TensorData.FromValues([double.NaN], [1, 1, 1]), TensorData.FromValues([1.0, 0], [1, 1, 2]));

        var answers = method.Compare(
            parameters, new Comparison(support, labels, TensorData.FromValues([2.0], [1, 1, 1])) { Descriptions = TensorData.FromValues([0.0, 2], [1, 2, 1]) });

        TestTasks.AssertClose([-(1 + Math.Log(2)), -9 * (1 + Math.Log(2))], TensorData.ToDoubles(answers), 1e-12);
    }

    [Theory]
    [InlineData(ComputePath.Autograd)]
    [InlineData(ComputePath.Fused)]
    public void Train_LearnsToFindUnseenClassesByTheirDescriptions(ComputePath path)
    {
        var source = new DescribedSource();
        var experiment = Experiment.Create(Specs.Of(Method, """{ "kind": "mlp", "hidden": [32] }"""), source, path);
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 8, blockSize: 8);

        trainer.Train(200, cancellationToken: TestContext.Current.CancellationToken);
        var accuracy = trainer.Evaluate(new EvaluationSettings { Split = Split.Test }, episodes: 100)["accuracy"];

        TestContext.Current.SendDiagnosticMessage($"{path}: {accuracy}");
        Assert.True(accuracy.Mean > 0.7, $"The accuracy is {accuracy} where chance is 0.2, and the support set says nothing.");

        // The same by hand: twelve classes, told and not shown.
        var method = AlgorithmRegistry.All.Read(JsonSerializer.Deserialize<JsonElement>(Method)).Create(
            new AlgorithmContext(new Mlp(10, 32, 5), Losses.CrossEntropy, source.TrainingShape));
        var block = new EpisodeBlock(source.TrainingShape with { Ways = 12, Queries = 1 }, 1);
        source.Sample(new EpisodeKey(1, Split.Test, 0, 0), block, 0);
        var classes = Enumerable.Range(0, 12).Select(way => NamedClass.Described($"class {way}", block.Description(0, way).ToArray())).ToArray();
        var answers = Retrieval.Retrieve(method, trainer.Parameters.Span, [10], classes, block.QueryInputs, count: 3);
        var found = answers.Index().Count(answer => answer.Item.Any(candidate => candidate.Name == $"class {answer.Index}"));
        Assert.True(found >= 8, $"{found} of 12 are among the nearest three.");
    }

    [Fact]
    public void Paths_GiveTheSameGradient()
    {
        var source = new DescribedSource();
        BlockSums Compute(ComputePath path)
        {
            var experiment = Experiment.Create(Specs.Of(Method, """{ "kind": "no-conv", "hidden": [12] }"""), source, path);
            var request = new BlockRequest(2, 3, 4);
            return experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters());
        }

        var (autograd, fused) = (Compute(ComputePath.Autograd), Compute(ComputePath.Fused));

        var greatest = autograd.Gradient.Max(Math.Abs);
        Assert.All(autograd.Gradient.Zip(fused.Gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * greatest));
        Assert.Equal(autograd.Metrics[0], fused.Metrics[0], 1e-4);
    }

    [Theory]
    [InlineData(0, "the data describes no classes")]
    [InlineData(5, "take 5")]
    public void Create_RefusesADescriptionThatTheDataDoesNotGive(int told, string part)
    {
        var shape = new DescribedSource().TrainingShape with { Descriptions = told };

        var exception = Assert.Throws<OptionsException>(() => AlgorithmRegistry.All.Read(JsonSerializer.Deserialize<JsonElement>(Method))
            .Create(new AlgorithmContext(new Mlp(10, 32, 5), Losses.CrossEntropy, shape)));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("algorithm.descriptions is 6", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Classes that are told by six values, of which a fixed linear map and noise make examples; support examples are noise alone.</summary>
    private sealed class DescribedSource : ITaskSource
    {
        private const int Told = 6;

        public EpisodeShape TrainingShape { get; } = new() { Ways = 5, Shots = 1, Queries = 4, Input = [10], Descriptions = Told };

        public string? Note => "synthetic: described";

        public bool HasPixelBaseline => false;

        public string? Refuse(Split split, EpisodeShape shape) => null;

        public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
        {
            var random = new CounterRandom(key, RandomPurpose.Inputs);
            for (var way = 0; way < block.Shape.Ways; way++)
            {
                var told = block.Description(task, way);
                random.FillGaussian(told, 0, 1);
                random.FillGaussian(block.SupportInput(task, way), 0, 1);
                for (var query = 0; query < block.Shape.Queries; query++)
                {
                    var input = block.QueryInput(task, (way * block.Shape.Queries) + query);
                    random.FillGaussian(input, 0, 0.4);
                    for (var i = 0; i < input.Length; i++)
                    {
                        for (var j = 0; j < told.Length; j++)
                        {
                            input[i] += told[j] * MathF.Sin(1 + (i * told.Length) + j);
                        }
                    }
                }
            }
        }
    }
}
