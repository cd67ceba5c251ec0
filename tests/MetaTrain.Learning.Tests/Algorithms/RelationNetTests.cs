using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Experiments;
using static TorchSharp.torch;

namespace MetaTrain.Learning.Tests.Algorithms;

public sealed class RelationNetTests
{
    private static readonly RelationNetOptions Small = new() { Filters = 3, Hidden = 2 };

    public static TheoryData<RelationLoss, bool, bool, bool> Switches() =>
    [
        .. from loss in Enum.GetValues<RelationLoss>()
           from maps in new[] { false, true }
           from batchNorm in new[] { false, true }
           from pooling in new[] { false, true }
           select (loss, maps, batchNorm, pooling),
    ];

    [Theory]
    [MemberData(nameof(Switches))]
    public void Compare_ScoresEachPair_AsTheModuleByHand(RelationLoss loss, bool maps, bool batchNorm, bool pooling)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Small with { Loss = loss, BatchNorm = batchNorm, Pooling = pooling };
        var net = new RelationNet(maps ? new Conv4(1, 24, 40, 2, 3) : new Mlp(4, 5, 3), options);
        var (channels, height, width) = maps ? (2, 2, 3) : (5, 1, 1);
        var features = channels * height * width;
        var parameters = TestTasks.Parameters(net);
        var (support, labels, queries) = (TestTasks.Random(1, 1, 4, features), TensorData.FromValues([1.0, 0, 1, 0, 0, 1, 0, 1], [1, 4, 2]), TestTasks.Random(2, 1, 3, features));

        var answers = TensorData.ToDoubles(net.Compare(parameters, new Comparison(support, labels, queries)));

        var module = new RelationModuleByHand(name => TensorData.ToDoubles(parameters[name]), options, maps);
        var (s, q) = (TensorData.ToDoubles(support), TensorData.ToDoubles(queries));
        var pairs =
            from query in Enumerable.Range(0, 3)
            from label in Enumerable.Range(0, 2)
            select Enumerable.Range(0, features).Select(i => s[(2 * label * features) + i] + s[(((2 * label) + 1) * features) + i])
                .Concat(q[(query * features)..((query + 1) * features)]).ToArray();
        TestTasks.AssertClose(module.Scores([.. pairs], 2 * channels, height, width), answers, 1e-10);
    }

    [Theory]
    [InlineData(RelationLoss.Mse, true, true)]
    [InlineData(RelationLoss.Mse, false, true)]
    [InlineData(RelationLoss.CrossEntropy, true, false)]
    [InlineData(RelationLoss.CrossEntropy, false, false)]
    public void Compute_GivesTheSlopeOfTheLoss(RelationLoss loss, bool maps, bool batchNorm)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var options = Small with { Loss = loss, BatchNorm = batchNorm };
        var (net, tasks) = maps
            ? (new RelationNet(new Conv4(1, 18, 18, 2, 3), options), TestTasks.Classification(1, 3, 2, 2, 1, 18, 18))
            : (new RelationNet(new Mlp(4, 6, 3), options), TestTasks.Classification(2, 3, 2, 2, 4));

        SlopeCheck.Run(net, tasks);
    }

    [Fact]
    public void Losses_AreTheSquaredErrorToTheLabelsAndTheirCrossEntropy()
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var tasks = TestTasks.Classification(1, 2, 1, 1, 4);
        double[] Losses(RelationLoss loss, out double[] answers)
        {
            var net = new RelationNet(new Mlp(4, 5, 2), Small with { Loss = loss });
            var result = net.Compute(TestTasks.Context, TestTasks.Parameters(net), tasks);
            answers = TensorData.ToDoubles(result.Predictions.detach());
            return TensorData.ToDoubles(result.Losses);
        }

        var squared = Losses(RelationLoss.Mse, out var scores)[0];
        var entropy = Losses(RelationLoss.CrossEntropy, out var logits)[0];

        TestTasks.AssertClose([.. logits.Select(x => 1 / (1 + Math.Exp(-x)))], scores, 1e-12);
        double[] targets = [1, 0, 0, 1];
        Assert.Equal(scores.Zip(targets, (score, target) => Math.Pow(score - target, 2)).Average(), squared, 12);
        Assert.Equal((Math.Log(1 + Math.Exp(logits[1] - logits[0])) + Math.Log(1 + Math.Exp(logits[2] - logits[3]))) / 2, entropy, 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Predict_MixesQueries_OnlyWithBatchNorm(bool batchNorm)
    {
        TorchRuntime.PinThread();
        using var scope = NewDisposeScope();
        var net = new RelationNet(new Mlp(4, 6, 3), Small with { BatchNorm = batchNorm });
        var (parameters, tasks) = (TestTasks.Parameters(net), TestTasks.Classification(1, 3, 1, 3, 4));

        var together = TensorData.ToDoubles(net.Adapt(new AdaptContext(), parameters, tasks.Support).Predict(tasks.Query.Inputs));
        var apart = TensorData.ToDoubles(net.Adapt(new AdaptContext { Transductive = false }, parameters, tasks.Support).Predict(tasks.Query.Inputs));

        Assert.Equal(batchNorm, together.Zip(apart, (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Theory]
    [InlineData("matching-net")]
    [InlineData("relation-net")]
    public void Create_RefusesRegression(string kind)
    {
        var spec = Specs.Of($$"""{ "kind": "{{kind}}" }""", data: """{ "dataset": "sinusoid" }""");

        var exception = Assert.Throws<OptionsException>(() => Experiment.Create(spec, new NoDatasets()));

        Assert.Contains($"\"{kind}\", which tells classes apart", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mse")]
    [InlineData("cross-entropy")]
    public void Train_LearnsToTellUnseenGlyphsApart(string loss) =>
        LearningCheck.Run($$"""{ "kind": "relation-net", "loss": "{{loss}}", "filters": 16 }""", leastAccuracy: 0.5);
}
