using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class ExperimentTests
{
    private static readonly BlobSource Images = new(3, 1, 2, 0.3f, 1, 12, 12);

    public static TheoryData<string, string> Pairs() =>
    [
        .. from method in AlgorithmRegistry.All.Entries
           from model in new[] { Specs.TwoLayers, Specs.SmallConv, """{ "kind": "no-conv", "hidden": [8, 6] }""" }
           select (method.Kind, model),
    ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Compute_GivesTheSameBits_OnAnyThread(string kind, string model)
    {
        var experiment = Experiment.Create(Specs.Of($$"""{ "kind": "{{kind}}" }""", model), Images);
        var parameters = experiment.InitialParameters();
        var request = new BlockRequest(Iteration: 3, FirstTask: 4, Tasks: 3);
        var (training, evaluation) = (
            experiment.Compute(request, experiment.Sample(request), parameters),
            Evaluate(experiment, parameters, new EvaluationSettings { Split = Split.Test, Transductive = false, Baseline = true }));

        var others = new (BlockSums Training, BlockSums Evaluation)[2];
        var threads = Enumerable.Range(0, 2).Select(index => new Thread(() => others[index] = (
            experiment.Compute(request, experiment.Sample(request), parameters),
            Evaluate(experiment, parameters, new EvaluationSettings { Split = Split.Test, Transductive = false, Baseline = true })))).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(others, other =>
        {
            Assert.Equal(training.Gradient, other.Training.Gradient);
            Assert.Equal(training.Metrics, other.Training.Metrics);
            Assert.Equal(evaluation.Metrics, other.Evaluation.Metrics);
        });
        Assert.Null(training.NonFiniteTask);
        Assert.Contains(training.Gradient, value => value != 0);
    }

    [Fact]
    public void Parameters_AreInOrderOfTheirNames_AndDependOnTheSeedAlone()
    {
        var (one, same, other) = (Create(seed: 1), Create(seed: 1), Create(seed: 2));

        Assert.Equal(
            ["head.bias", "head.weight", "layer1.bias", "layer1.weight", "stepSize.head.bias", "stepSize.head.weight", "stepSize.layer1.bias", "stepSize.layer1.weight"],
            one.Parameters.Select(slot => slot.Name));
        Assert.Equal([0, 3, 39, 51], one.Parameters.Take(4).Select(slot => slot.Offset));
        Assert.Equal(one.InitialParameters(), same.InitialParameters());
        Assert.NotEqual(one.InitialParameters(), other.InitialParameters());

        static Experiment Create(ulong seed) => Experiment.Create(Specs.Of("""{ "kind": "meta-sgd" }""", seed: seed), Images);
    }

    [Theory]
    [InlineData("""{ "kind": "maml", "inerSteps": 3 }""", Specs.TwoLayers, "algorithm.inerSteps")]
    [InlineData("""{ "kind": "maml", "innerSteps": 0 }""", Specs.TwoLayers, "algorithm.innerSteps")]
    [InlineData("""{ "kind": "maml", "order": "third" }""", Specs.TwoLayers, "algorithm.order")]
    [InlineData("""{ "kind": "mmal" }""", Specs.TwoLayers, "algorithm.kind")]
    [InlineData("""{ "kind": "maml" }""", """{ "kind": "conv4", "filters": 0 }""", "model.filters")]
    [InlineData("""{ "kind": "maml" }""", """{ "kind": "conv4", "pooling": "max" }""", "model.pooling")]
    public void Create_RefusesByPath_WhatCannotBe(string algorithm, string model, string path)
    {
        var exception = Assert.Throws<OptionsException>(() => Experiment.Create(Specs.Of(algorithm, model), Images));

        Assert.Equal(path, exception.Path);
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Create_RefusesImagesNetworks_ForVectors()
    {
        var exception = Assert.Throws<OptionsException>(
            () => Experiment.Create(Specs.Of("""{ "kind": "maml" }""", Specs.SmallConv), new BlobSource(3, 1, 1, 0.3f, 5)));

        Assert.Equal("model.kind", exception.Path);
    }

    [Fact]
    public void Create_TakesTheFusedPath_WhereItCan_AndTheOneThatIsAskedFor()
    {
        var headOnly = Specs.Of("""{ "kind": "anil" }""", """{ "kind": "mlp", "hidden": [] }""");

        Assert.Equal(ComputePath.Fused, Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images).Path);
        Assert.Equal(ComputePath.Autograd, Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images, ComputePath.Autograd).Path);
        Assert.Equal(ComputePath.Autograd, Experiment.Create(headOnly, Images).Path);
        var exception = Assert.Throws<OptionsException>(() => Experiment.Create(headOnly, Images, ComputePath.Fused));
        Assert.Equal("plan.path", exception.Path);
        Assert.Contains("use the autograd path", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ReadsTheData_ByName()
    {
        var spec = Specs.Of("""{ "kind": "maml" }""", data: """{ "dataset": "sinusoid", "shots": 4 }""");

        var experiment = Experiment.Create(spec, new NoDatasets());

        Assert.Equal(["loss"], experiment.TrainingMetrics);
        Assert.Equal(
            ["mse@0", "mse@0^2", "mse@5", "mse@5^2"],
            experiment.EvaluationMetrics(new EvaluationSettings { Split = Split.Test, InnerSteps = [0, 5, 0] }));
        Assert.Equal(4, experiment.Sample(new BlockRequest(0, 0, 1)).Shape.SupportCount);
    }

    [Fact]
    public void Create_RefusesProtoNet_ForRegression()
    {
        var spec = Specs.Of("""{ "kind": "proto-net" }""", data: """{ "dataset": "sinusoid" }""");

        Assert.Equal("algorithm.kind", Assert.Throws<OptionsException>(() => Experiment.Create(spec, new NoDatasets())).Path);
    }

    [Fact]
    public void Constructor_NamesTheShapes_WhenTheModelDoesNotFit()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Of(new Maml(new Mlp(7, 5, 3), Losses.CrossEntropy)));

        Assert.Contains("[1, 12, 12]", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Constructor_NamesTheOutputs_WhenThereAreTooMany()
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => Of(new Maml(new Mlp(144, 5, 1), Losses.CrossEntropy)));

        Assert.Contains("[tasks, examples, 3]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NamesTheParameter_WhenTheModelDoesNotUseIt()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Of(new Maml(new ForgetfulModel(), Losses.CrossEntropy)));

        Assert.Contains("'unused.weight'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_TriesOutFewSteps_OfAnOptimizerThatTakesMany()
    {
        var model = new CountingModel();

        var experiment = Of(new LstmOptimizer(model, Losses.CrossEntropy, new LstmOptimizerOptions { InnerSteps = 50, HiddenUnits = 2 }));

        Assert.InRange(model.Passes, 1, 4);
        var (request, before) = (new BlockRequest(0, 0, Tasks: 1), model.Passes);
        experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters());
        Assert.Equal(52, model.Passes - before);   // one before the first step, one after each, and the answers
    }

    [Theory]
    [InlineData("maml")]
    [InlineData("reptile")]
    public void Compute_NamesTheTask_WhenItsLossIsNotFinite(string kind)
    {
        var experiment = Experiment.Create(Specs.Of($$"""{ "kind": "{{kind}}" }"""), Images);
        var request = new BlockRequest(0, FirstTask: 8, Tasks: 3);
        var episodes = experiment.Sample(request);
        episodes.QueryInput(1, 0).Fill(float.NaN);

        Assert.Equal(9, experiment.Compute(request, episodes, experiment.InitialParameters()).NonFiniteTask);
    }

    [Fact]
    public void Compute_NamesTheTask_WhenOnlyItsGradientIsNotFinite()
    {
        // At a prediction of exactly zero the root has the value zero and an infinite slope.
        static Tensor Root(Tensor predictions, Tensor targets) =>
            Ops.Mean(Ops.Multiply(predictions.sqrt(), targets), -1);
        var experiment = Of(new Maml(new Mlp(144, 3), Root, new MamlOptions { InnerLearningRate = 1e-30 }));
        var request = new BlockRequest(0, FirstTask: 4, Tasks: 3);
        var episodes = experiment.Sample(request);
        var parameters = experiment.InitialParameters();
        var bias = experiment.Parameters.Single(slot => slot.Name == "head.bias");
        parameters.AsSpan().Clear();
        parameters.AsSpan(bias.Offset, bias.Length).Fill(1);
        var weight = experiment.Parameters.Single(slot => slot.Name == "head.weight");
        parameters.AsSpan(weight.Offset, weight.Length).Fill(-1);
        episodes.SupportInputs.AsSpan().Clear();
        episodes.QueryInputs.AsSpan().Clear();
        episodes.QueryInput(2, 0)[0] = 1;

        var sums = experiment.Compute(request, episodes, parameters);

        Assert.True(double.IsFinite(sums.Metrics[0]));
        Assert.Equal(6, sums.NonFiniteTask);
    }

    [Fact]
    public void Evaluate_CountsHits_OfModelAndPixels()
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "proto-net" }"""), new BlobSource(3, 2, 5, 0.05f, 6));
        var settings = new EvaluationSettings { Split = Split.Test, Ways = 4, Shots = 1, Queries = 3, Baseline = true };

        var sums = Evaluate(experiment, experiment.InitialParameters(), settings, tasks: 5);

        Assert.Equal(
            ["accuracy", "accuracy^2", "loss", "loss^2", "baseline", "baseline^2", "f1", "f1^2", "nll", "nll^2"],
            experiment.EvaluationMetrics(settings).Take(10));
        Assert.Equal(experiment.EvaluationMetrics(settings).Length, sums.Metrics.Length);
        Assert.Equal(5, sums.Metrics[4]);
        Assert.Equal(5, sums.Metrics[5]);
        Assert.InRange(sums.Metrics[0], 4, 5);
        Assert.Empty(sums.Gradient);
    }

    [Fact]
    public void Refuse_NamesTheWays_WhenTheHeadIsTrainedForOthers()
    {
        var settings = new EvaluationSettings { Split = Split.Test, Ways = 4 };

        Assert.Contains("ways is 4", Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images).Refuse(settings), StringComparison.Ordinal);
        Assert.Null(Experiment.Create(Specs.Of("""{ "kind": "proto-net" }"""), Images).Refuse(settings));
    }

    [Theory]
    [InlineData("[65536, 65536]")]
    [InlineData("[50000, 50000]")]
    public void Create_RefusesAModel_OfMoreValuesThanAVectorHas(string hidden)
    {
        var refusal = Assert.Throws<OptionsException>(() => Experiment.Create(
            Specs.Of("""{ "kind": "maml" }""", $$"""{ "kind": "mlp", "hidden": {{hidden}} }"""), Images));

        Assert.Contains("there are more than 2,147,483,647 values; make the model smaller", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_NamesTheInnerSteps_WhenAClassificationIsToBeMeasuredAfterSeveral()
    {
        var maml = Experiment.Create(Specs.Of("""{ "kind": "maml" }"""), Images);
        var settings = new EvaluationSettings { Split = Split.Test, InnerSteps = [1, 3] };

        Assert.Equal(
            "innerSteps is [1, 3], but a classification is measured after one number of steps: give that one, and evaluate again for another.",
            maml.Refuse(settings));
        Assert.Null(maml.Refuse(settings with { InnerSteps = [3] }));
    }

    private static Experiment Of(IMetaAlgorithm algorithm) =>
        new(Images, algorithm, count => throw new InvalidOperationException($"No step is made on {count} parameters here."));

    private static BlockSums Evaluate(Experiment experiment, float[] parameters, EvaluationSettings settings, int tasks = 2)
    {
        var request = new BlockRequest(0, 0, tasks, settings);
        return experiment.Compute(request, experiment.Sample(request), parameters);
    }

    private sealed class ForgetfulModel : IModel
    {
        public System.Collections.Immutable.ImmutableArray<ParameterDefinition> Parameters { get; } =
            [.. ParameterDefinition.Linear("head", 144, 3), new("unused.weight", [2], Initializer.Constant(0))];

        public bool MixesExamples => false;

        public Tensor Forward(ParameterSet parameters, Tensor x) => Ops.Linear(Ops.Flatten(x), parameters["head.weight"], parameters["head.bias"]);
    }

    private sealed class CountingModel : IModel
    {
        private readonly Mlp _inner = new(144, 3);

        public int Passes { get; private set; }

        public System.Collections.Immutable.ImmutableArray<ParameterDefinition> Parameters => _inner.Parameters;

        public bool MixesExamples => false;

        public Tensor Forward(ParameterSet parameters, Tensor x)
        {
            Passes++;
            return ((IModel)_inner).Forward(parameters, x);
        }
    }
}
