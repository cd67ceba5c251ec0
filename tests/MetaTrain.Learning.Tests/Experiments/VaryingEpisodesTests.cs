using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;
using MetaTrain.Learning.Tests.Conformance;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Ways and shots that each meta-iteration draws.</summary>
public sealed class VaryingEpisodesTests
{
    private static readonly GlyphTaskSource Source = new(new GlyphOptions { Ways = new CountRange(2, 4), Shots = new CountRange(1, 3), Queries = 2 });

    private static readonly GlyphTaskSource FixedWays = new(new GlyphOptions { Ways = 3, Shots = new CountRange(1, 3), Queries = 2 });

    public static TheoryData<string> Methods => [.. AlgorithmRegistry.All.Entries.Select(entry => entry.Kind)];

    public static TheoryData<string> MethodsOfFixedWays => [.. Methods.Select(row => row.Data).Where(HasFixedWays)];

    public static TheoryData<string> MethodsOfAnyWays => [.. Methods.Select(row => row.Data).Where(method => !HasFixedWays(method))];

    [Fact]
    public void Sample_GivesEachIterationSizesOfItsOwn_TheSameForAllItsTasks()
    {
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "proto-net" }"""), Source);
        var counts = new Dictionary<(int, int), int>();
        for (var iteration = 0; iteration < 450; iteration++)
        {
            var (first, other) = (experiment.Sample(new BlockRequest(iteration, 0, 2)).Shape, experiment.Sample(new BlockRequest(iteration, 6, 1)).Shape);
            Assert.Equal(first, other);
            Assert.Equal(2, first.Queries);
            counts[(first.Ways, first.Shots)] = counts.GetValueOrDefault((first.Ways, first.Shots)) + 1;
        }

        // All nine, each as likely as any other.
        Assert.Equal([(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (4, 3)], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 25, 80));
    }

    [Fact]
    public void Sizes_DependOnTheSeed_AndEvaluationsTakeTheLargest()
    {
        Assert.NotEqual(
            Enumerable.Range(0, 20).Select(iteration => Source.TrainingShapeAt(1, iteration)), Enumerable.Range(0, 20).Select(iteration => Source.TrainingShapeAt(2, iteration)));

        var experiment = Experiment.Create(Specs.Of("""{ "kind": "proto-net" }"""), Source);
        var evaluated = experiment.Sample(new BlockRequest(3, 0, 1, new EvaluationSettings { Split = Split.Test })).Shape;
        Assert.Equal((4, 3, 2), (evaluated.Ways, evaluated.Shots, evaluated.Queries));
        Assert.Equal(experiment.TrainingShape, evaluated);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Parameters_HaveTheSameBits_OnOneAndOnThreeWorkers_AndAfterAResume(string method) =>
        AssertSameBits(() => ConformanceCell.Create(method, "mlp", HasFixedWays(method) ? FixedWays : Source));

    [Theory]
    [InlineData("maml")]
    [InlineData("proto-net")]
    public void Parameters_HaveTheSameBits_OnImagesToo_OnEitherPath(string method) => Assert.All(
        Enum.GetValues<ComputePath>(),
        path => AssertSameBits(() => ConformanceCell.Create(method, "conv4", HasFixedWays(method) ? FixedWays : Source, path)));

    [Theory]
    [MemberData(nameof(MethodsOfFixedWays))]
    public void Create_Refuses_WhenTheHeadHasAFixedWidthAndWaysVary(string method) => Assert.Equal(
        "data.ways is [2, 4], but this method's head tells one number of classes apart: give one number, or use proto-net.",
        Assert.Throws<OptionsException>(() => ConformanceCell.Create(method, "mlp", Source)).Message);

    [Theory]
    [MemberData(nameof(MethodsOfAnyWays))]
    public void Create_TakesAnyWays_WhenTheMethodDoes(string method) => Assert.Equal(4, ConformanceCell.Create(method, "mlp", Source).TrainingShape.Ways);

    private static bool HasFixedWays(string method) => ConformanceCell.CreateMethod(method, "mlp", "vectors").HasFixedWays;

    private static void AssertSameBits(Func<Experiment> create)
    {
        MetaTrainer[] trainers = [.. new[] { 1, 3, 2 }.Select(workers => new MetaTrainer(create(), tasksPerIteration: 5, blockSize: 1, workers))];
        var sizes = Enumerable.Range(0, 4).Select(iteration => create().Sample(new BlockRequest(iteration, 0, 1)).Shape).Distinct();
        Assert.True(sizes.Count() > 1, "Nothing varies: the check would prove nothing.");

        trainers[0].Train(2, cancellationToken: TestContext.Current.CancellationToken);
        var saved = trainers[0].Save();
        trainers[0].Train(2, cancellationToken: TestContext.Current.CancellationToken);
        trainers[1].Train(4, cancellationToken: TestContext.Current.CancellationToken);
        trainers[2].Restore(saved);
        trainers[2].Train(2, cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(saved.Parameters, trainers[0].Parameters.ToArray());
        Assert.Equal(trainers[0].Parameters.ToArray(), trainers[1].Parameters.ToArray());
        Assert.Equal(trainers[0].Parameters.ToArray(), trainers[2].Parameters.ToArray());
    }
}
