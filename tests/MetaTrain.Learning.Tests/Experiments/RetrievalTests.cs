using System.Collections.Immutable;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Algorithms;
using TorchSharp;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class RetrievalTests
{
    private static readonly GaussianProto Method = new(new Mlp(4, 8, 3), Losses.CrossEntropy, new GaussianProtoOptions { Dimensions = 5 });

    private readonly float[] _parameters = [.. new float[TestTasks.LayoutOf(Method).Length].Select((_, index) => MathF.Sin(index) / 2)];

    [Fact]
    public void Retrieve_GivesTheSoftmaxOfSquaredDistances_NearestFirst_WithUnequalNumbersOfExamples()
    {
        // A prototypical network whose body is the identity on positive numbers: distances are those of class means.
        var method = new ProtoNet(new Mlp(2, 2, 3), Losses.CrossEntropy);
        var layout = TestTasks.LayoutOf(method);
        var parameters = new float[layout.Length];
        var weight = layout.Slots[layout.IndexOf("layer1.weight")];
        (parameters[weight.Offset], parameters[weight.Offset + 3]) = (1, 1);
        NamedClass[] classes =
        [
            new("far", new float[] { 3, 1 }),
            new("near", new float[] { 0, 1, 2, 1 }),
            new("between", new float[] { 1, 2.25f, 1, 2.25f, 1, 2.25f }),
        ];

        var answers = Retrieval.Retrieve(method, parameters, [2], classes, [1, 1, 3, 1], count: 2);

        // From (1, 1): |far|^2 = 4, |near|^2 = 0, |between|^2 = 1.5625. From (3, 1): 0, 4, 5.5625.
        var (one, other) = (1 + Math.Exp(-4) + Math.Exp(-1.5625), 1 + Math.Exp(-4) + Math.Exp(-5.5625));
        Assert.Equal(["near", "between"], answers[0].Select(found => found.Name));
        Assert.Equal(["far", "near"], answers[1].Select(found => found.Name));
        Assert.Equal(1 / one, answers[0][0].Probability, 1e-6);
        Assert.Equal(Math.Exp(-1.5625) / one, answers[0][1].Probability, 1e-6);
        Assert.Equal(Math.Exp(-4) / other, answers[1][1].Probability, 1e-6);
    }

    [Fact]
    public void Retrieve_FindsUnseenClasses_AfterTraining_AmongMoreThanItTrainedWith()
    {
        var source = new BlobSource(5, 1, 4, 0.5f, 10);
        var method = new GaussianProto(new Mlp(10, 32, 5), Losses.CrossEntropy);
        var trainer = new MetaTrainer(new Experiment(source, method, parameters => new Adam(new AdamOptions { Iterations = 200, TasksPerIteration = 8, LearningRate = 0.01 }, parameters)), tasksPerIteration: 4);
        trainer.Train(40, cancellationToken: TestContext.Current.CancellationToken);
        var block = new EpisodeBlock(source.TrainingShape with { Ways = 20, Shots = 2, Queries = 1 }, 1);
        source.Sample(new EpisodeKey(1, Split.Test, 0, 0), block, 0);
        var classes = Enumerable.Range(0, 20).Select(way => new NamedClass($"class {way}", block.SupportInputs.AsMemory(way * 20, 20))).ToArray();

        var answers = Retrieval.Retrieve(method, trainer.Parameters.Span, [10], classes, block.QueryInputs, count: 20);

        Assert.All(answers, answer => Assert.Equal(1, answer.Sum(found => found.Probability), 1e-5));
        Assert.All(answers, answer => Assert.Equal(answer.OrderByDescending(found => found.Probability), answer));
        Assert.True(answers.Index().Count(answer => answer.Item[0].Name == $"class {answer.Index}") >= 15, "Chance finds one of twenty.");
        Assert.True(answers.Index().Count(answer => answer.Item.Take(3).Any(found => found.Name == $"class {answer.Index}")) >= 18);
    }

    [Fact]
    public void Retrieve_AnswersEachQueryAlone_UnlessTransductive()
    {
        var method = new GaussianProto(new NoConvNet(4, [6], 3), Losses.CrossEntropy);
        float[] parameters = [.. new float[TestTasks.LayoutOf(method).Length].Select((_, index) => MathF.Sin(index))];
        var (classes, queries) = (Classes(), Values(3 * 4, 9));
        ImmutableArray<RetrievedClass>[] Apart() => [.. queries.Chunk(4).SelectMany(query => Retrieval.Retrieve(method, parameters, [4], classes, query, 2))];

        var together = Retrieval.Retrieve(method, parameters, [4], classes, queries, 2);
        var transductive = Retrieval.Retrieve(method, parameters, [4], classes, queries, 2, transductive: true);

        Assert.Equal(
            Apart().SelectMany(answer => answer).Select(found => (found.Name, Math.Round(found.Probability, 4))),
            together.SelectMany(answer => answer).Select(found => (found.Name, Math.Round(found.Probability, 4))));
        Assert.NotEqual(together.Select(answer => answer[0].Probability), transductive.Select(answer => answer[0].Probability));
    }

    [Fact]
    public void Retrieve_MakesProbabilitiesOfTheOddsThatEachClassFits_WhereRelationsAreTrainedBySquares()
    {
        var net = new RelationNet(new Mlp(4, 8, 3), new RelationNetOptions { Loss = RelationLoss.Mse, Filters = 4, Hidden = 4, BatchNorm = false });
        float[] parameters = [.. Values(TestTasks.LayoutOf(net).Length, 7).Select(value => 0.6f * value)];
        NamedClass[] classes = [new("a", Values(8, 1)), new("b", Values(8, 2)), new("c", Values(8, 3))];
        var queries = Values(12, 4);

        var answers = Retrieval.Retrieve(net, parameters, [4], classes, queries, count: 3);

        using var scope = torch.NewDisposeScope();
        var support = new Examples(
            TensorData.FromValues([.. classes.SelectMany(named => named.Examples.ToArray())], [1, 6, 4]),
            TensorData.FromValues([1f, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], [1, 6, 3]));
        var predictor = net.Adapt(new AdaptContext(), ParameterSet.Load(TestTasks.LayoutOf(net), parameters, new ComputeContext()), support);
        var scores = TensorData.ToDoubles(predictor.Predict(TensorData.FromValues(queries, [1, 3, 4]))).Chunk(3).ToArray();
        foreach (var (answer, row) in answers.Zip(scores))
        {
            double[] odds = [.. row.Select(r => r / (1 - r))];
            foreach (var found in answer)
            {
                Assert.Equal(odds[found.Name[0] - 'a'] / odds.Sum(), found.Probability, 1e-4);
            }
        }

        // It is not the softmax of the scores themselves.
        Assert.All(answers.Zip(scores), pair => Assert.True(
            Math.Abs(pair.First[0].Probability - (Math.Exp(pair.Second.Max()) / pair.Second.Sum(Math.Exp))) > 0.01));
    }

    [Theory]
    [InlineData("matching-net")]
    [InlineData("relation-net")]
    public void Retrieve_RefusesClassesWithDifferentNumbersOfExamples_WhereAnswersGrowWithThem(string kind)
    {
        IMetaAlgorithm method = kind == "matching-net" ? new MatchingNet(new Mlp(4, 8, 3), Losses.CrossEntropy) : new RelationNet(new Mlp(4, 8, 3));
        var parameters = new float[TestTasks.LayoutOf(method).Length];

        var refusal = Assert.Throws<RetrievalException>(() => Retrieve(method, parameters));

        Assert.Equal(
            "The class \"b\" has another number of examples than \"a\", 1 instead of 2, and the answers of this method grow with it: "
            + "give each class as many, or retrieve with a method that takes their mean, for instance proto-net.",
            refusal.Message);
        Assert.Equal(3, Retrieve(method, parameters, [new("a", Values(4, 1)), new("b", Values(4, 2)), new("c", Values(4, 3))])[0].Length);
    }

    [Fact]
    public void Retrieve_FindsTheClassOfAQuery_AmongViewsOfDifferentNumbersOfExamples()
    {
        // The body is the identity on positive numbers; each class points in a direction of its own. Of three examples each, by where they
        // stand, y would be two of x and one of its own.
        var method = new ProtoTransfer(new Mlp(3, 3, 3), Losses.CrossEntropy, new ProtoTransferOptions { Concatenate = true, Views = 2 });
        var layout = TestTasks.LayoutOf(method);
        var parameters = new float[layout.Length];
        var weight = layout.Slots[layout.IndexOf("layer1.weight")];
        (parameters[weight.Offset], parameters[weight.Offset + 4], parameters[weight.Offset + 8]) = (1, 1, 1);
        NamedClass[] classes =
        [
            new("x", new float[] { 1, 0, 0, 2, 0.1f, 0, 3, 0, 0.1f, 4, 0, 0, 5, 0, 0 }),
            new("y", new float[] { 0, 1, 0, 0.1f, 2, 0 }),
            new("z", new float[] { 0, 0.1f, 1, 0, 0, 2 }),
        ];

        var answers = Retrieval.Retrieve(method, parameters, [3], classes, [1, 0, 0, 0, 1, 0, 0, 0, 1], count: 3);

        Assert.Equal(["x", "y", "z"], answers.Select(answer => answer[0].Name));
        Assert.All(answers, answer => Assert.True(answer[0].Probability > 0.99));
    }

    [Fact]
    public void Retrieve_RefusesWhatDoesNotGoTogether()
    {
        Refused("instance-based", () => Retrieve(new Maml(new Mlp(4, 8, 3), Losses.CrossEntropy)));
        Refused("parameters were given", () => Retrieve(Method, _parameters[1..]));
        Refused("at least 2 classes", () => Retrieve(classes: Classes()[..1]));
        Refused("different names", () => Retrieve(classes: [Classes()[0], Classes()[0]]));
        Refused("\"b\" has 5 values", () => Retrieve(classes: [Classes()[0], new("b", new float[5])]));
        Refused("\"b\" has 0 values", () => Retrieve(classes: [Classes()[0], new("b", default)]));
        Refused("queries have 3 values", () => Retrieve(queries: new float[3]));
        Refused("queries have 0 values", () => Retrieve(queries: []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Retrieve(count: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Retrieve(count: 4));
        Assert.Equal(3, Retrieve()[0].Length);

        static void Refused(string part, Func<object> retrieve) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(retrieve).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Retrieve_RefusesDescriptionsThatDoNotFit()
    {
        var method = new GaussianProto(new NoConvNet(4, [6], 3), Losses.CrossEntropy, new GaussianProtoOptions { Descriptions = 2 });
        var parameters = new float[TestTasks.LayoutOf(method).Length];
        NamedClass[] Told(int values) => [NamedClass.Described("a", Values(2, 1)), NamedClass.Described("b", Values(values, 2))];

        var wrong = Assert.Throws<ArgumentException>(() => Retrieval.Retrieve(method, parameters, [4], Told(3), Values(8, 1), 1, transductive: true));
        var alone = Assert.Throws<ArgumentException>(() => Retrieval.Retrieve(method, parameters, [4], Told(2), Values(8, 1), 1));

        Assert.Contains("\"b\" is described by 3 values", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("transductive: true", alone.Message, StringComparison.Ordinal);
        Assert.Equal(2, Retrieval.Retrieve(method, parameters, [4], Told(2), Values(8, 1), 1, transductive: true).Length);
        Assert.Single(Retrieval.Retrieve(method, parameters, [4], [.. Told(2).Select(told => told with { Examples = Values(4, 3) })], Values(4, 1), 1));
    }

    private static NamedClass[] Classes() => [new("a", Values(8, 1)), new("b", Values(4, 2)), new("c", Values(4, 3))];

    private static float[] Values(int count, ulong seed)
    {
        var values = new float[count];
        new CounterRandom(seed, RandomPurpose.Inputs).FillGaussian(values, 0, 1);
        return values;
    }

    private ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IMetaAlgorithm? method = null, float[]? parameters = null, NamedClass[]? classes = null, float[]? queries = null, int count = 3) =>
        Retrieval.Retrieve(method ?? Method, parameters ?? _parameters, [4], classes ?? Classes(), queries ?? Values(8, 4), count);
}
