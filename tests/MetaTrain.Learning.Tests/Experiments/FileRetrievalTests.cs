using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Tests.Datasets.Import;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class FileRetrievalTests
{
    private static readonly BlobSource Images = new(3, 1, 2, 0.3f, 1, 12, 12);

    [Theory]
    [InlineData("proto-net")]
    [InlineData("gaussian-proto")]
    [InlineData("matching-net")]
    [InlineData("relation-net")]
    [InlineData("proto-transfer")]
    public void Retrieve_FindsTheClassWhoseImageIsAskedFor(string kind)
    {
        var experiment = Create(kind);

        var found = experiment.Retrieve(Classes(4), [File("q", 3), File("r", 0)], count: 9, experiment.InitialParameters());

        Assert.Equal(2, found.Length);
        Assert.All(found, answer => Assert.Equal(4, answer.Length));
        Assert.All(found, answer => Assert.Equal(1, answer.Sum(each => each.Probability), 1e-5));
        if (kind != "relation-net")
        {
            // Its relation is learned; that of the others is a distance, which is 0 here.
            Assert.Equal(["class 3", "class 0"], found.Select(answer => answer[0].Name));
        }
    }

    [Fact]
    public void Retrieve_ReadsImagesAsAnImportDoes_AndShrinksThem()
    {
        var experiment = Create("proto-net");
        ImageFile large = new("large.png", TestPng.Grey(24, 24, (x, y) => Pixel(x / 2, y / 2, 2)));

        var found = experiment.Retrieve(Classes(4), [large, File("same", 2)], count: 4, experiment.InitialParameters());

        Assert.Equal(found[1], found[0]);
        Assert.Equal("class 2", found[0][0].Name);
    }

    [Fact]
    public void Retrieve_TurnsDrawingsRound_WhereInkIsOne()
    {
        // Dark strokes on white paper, as glyphs are looked at: the paper must become 0.
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "proto-net" }""", """{ "kind": "mlp", "hidden": [4] }""", data: """{ "dataset": "glyphs" }"""), new NoDatasets());
        var parameters = new float[experiment.InitialParameters().Length];
        var weight = experiment.Parameters.Single(slot => slot.Name == "layer1.weight");
        parameters.AsSpan(weight.Offset, 28 * 28).Fill(0.1f);
        parameters[experiment.Parameters.Single(slot => slot.Name == "layer1.bias").Offset] = -3;
        ImageFile Drawing(int lines) => new("d.png", TestPng.Grey(28, 28, (_, y) => (byte)(y < lines ? 0 : 255)));

        // The one feature is a tenth of the ink beyond 3: 2 lines have 5.6 - 3, 1 line and none nothing.
        var found = experiment.Retrieve([new("one", [Drawing(1)]), new("two", [Drawing(2)])], [Drawing(0)], count: 2, parameters);

        Assert.Equal("one", found[0][0].Name);
        Assert.Equal(1 / (1 + Math.Exp(-2.6 * 2.6)), found[0][0].Probability, 1e-5);
    }

    [Theory]
    [InlineData("omniglot", true)]
    [InlineData("birds", false)]
    public void HasInk_IsTrue_WhereTheImportTurnedDrawingsRound(string dataset, bool hasInk)
    {
        ImageClass[] classes = [new("a", Split.Train, 2, new byte[8]), new("b", Split.Train, 2, new byte[8])];

        Assert.Equal(hasInk, new ImageTaskSource(new ImageDataset(dataset, [1, 2, 2], [.. classes]), new ImageOptions { Ways = 2, Queries = 1 }).HasInk);
    }

    [Fact]
    public void Retrieve_AnswersManyQueriesAsEachAlone()
    {
        // So many that they are computed in two parts.
        var experiment = Create("proto-net", Specs.SmallConv);
        ImageFileClass[] classes = [.. Enumerable.Range(0, 2).Select(number => new ImageFileClass($"class {number}", [.. Enumerable.Range(0, 100).Select(each => File("c", number + (2 * each)))]))];
        ImageFile[] queries = [.. Enumerable.Range(0, 80).Select(number => File("q", 300 + number))];
        var parameters = experiment.InitialParameters();

        var found = experiment.Retrieve(classes, queries, count: 2, parameters);

        Assert.Equal(80, found.Length);
        foreach (var number in new[] { 0, 71, 72, 79 })
        {
            var alone = experiment.Retrieve(classes, [queries[number]], count: 2, parameters)[0];
            Assert.Equal(alone[0].Name, found[number][0].Name);
            Assert.Equal(alone[0].Probability, found[number][0].Probability, 1e-4);
        }
    }

    [Fact]
    public void Retrieve_FindsTheClassWhoseDescriptionFits()
    {
        // The one feature is the mean brightness, from 0 to 1; a class is where its description says.
        var experiment = Described("""{ "kind": "mlp", "hidden": [1] }""", dimensions: 1);
        var parameters = new float[experiment.InitialParameters().Length];
        Span<float> Of(string name) => experiment.Parameters.Single(slot => slot.Name == name) is var slot ? parameters.AsSpan(slot.Offset, slot.Length) : default;
        Of("layer1.weight").Fill(1f / 144);
        Of("gaussian.mean.weight")[0] = 1;
        Of("gaussian.describe.mean.weight")[0] = 1;
        var classes = ImageFileClass.Described(new DescriptionFile("told.csv", "dark,0.1,0\nmiddle,0.5,0\nbright,0.9,0"));

        var found = experiment.Retrieve(classes, [Plain("b.png", 230), Plain("d.png", 20)], count: 2, parameters);

        Assert.Equal(["bright middle", "dark middle"], found.Select(answer => string.Join(' ', answer.Select(each => each.Name))));
        Assert.Equal(experiment.Retrieve(classes, [Plain("d.png", 20)], count: 2, parameters)[0], found[1]);
    }

    [Fact]
    public void Retrieve_NormalisesQueriesTogether_WhereThereAreDescriptionsAlone()
    {
        var experiment = Described(Specs.SmallConv, dimensions: 4);
        var classes = ImageFileClass.Described(new DescriptionFile("told.csv", "dark,0.1,0\nbright,0.9,0"));

        var found = experiment.Retrieve(classes, [File("a", 1), File("b", 2)], count: 2, experiment.InitialParameters());

        Assert.All(found, answer => Assert.Equal(1, answer.Sum(each => each.Probability), 1e-5));
        Assert.Contains("give 2 to 14,563 of them at a time, not 1", Assert.Throws<RetrievalException>(
            () => experiment.Retrieve(classes, [File("a", 1)], count: 2, experiment.InitialParameters())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Retrieve_SaysInOneSentence_WhatCannotBe()
    {
        Refused("one that tells apart", "retrieve with an instance-based one", Create("maml"), Classes(2), [File("q", 1)]);
        var comparison = Create("proto-net");
        Refused("one class", "at least 2 classes, not 1", comparison, Classes(1), [File("q", 1)]);
        Refused("an empty class", "'empty' has no images", comparison, [.. Classes(2), new("empty", [])], [File("q", 1)]);
        Refused("no queries", "no queries", comparison, Classes(2), []);
        Refused("unequal numbers", "\"class 1\" has another number of examples than \"class 0\", 1 instead of 2", Create("matching-net"), [new("class 0", [File("a", 0), File("b", 4)]), Classes(2)[1]], [File("q", 1)]);
        Refused("no image", "'text.png'", comparison, Classes(2), [new("text.png", "this is no image"u8.ToArray())]);
        Refused("no images", "[144]", Experiment.Create(Specs.Of("""{ "kind": "proto-net" }"""), new BlobSource(3, 1, 2, 0.3f, 144)), Classes(2), [File("q", 1)]);
        var told = ImageFileClass.Described(new DescriptionFile("told.csv", "a,1,2\nb,3,4"));
        var described = Described(Specs.TwoLayers, dimensions: 4);
        Refused("described", "compares with images of classes and not with descriptions", comparison, told, [File("q", 1)]);
        Refused("shown", "compares with descriptions of 2 values and not with images", described, Classes(2), [File("q", 1)]);
        Refused("otherwise described", "'a' is described by 1 values, and this job was trained with 2", described, ImageFileClass.Described(new DescriptionFile("told.csv", "a,1\nb,3")), [File("q", 1)]);
        Refused("too many described", "10,001 classes are described", described, [.. Enumerable.Range(0, 10_001).Select(number => new ImageFileClass($"{number}", []) { Description = [1, 2] })], [File("q", 1)]);
        Assert.Contains("describes no class", Assert.Throws<RetrievalException>(() => ImageFileClass.Described(new DescriptionFile("told.csv", ""))).Message, StringComparison.Ordinal);
        ImageFile one = File("same", 1);
        Refused("too many images", "at most 58,254 in all", comparison, [new("a", [.. Enumerable.Repeat(one, 60_000)]), new("b", [one])], [one]);
        Refused("too much", "at most 931 at a time", comparison, [new("a", [.. Enumerable.Repeat(one, 999)]), new("b", [one])], [.. Enumerable.Repeat(one, 1000)]);

        static void Refused(string what, string part, Experiment experiment, IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries)
        {
            var exception = Assert.Throws<RetrievalException>(() => experiment.Retrieve(classes, queries, 5, experiment.InitialParameters()));
            Assert.True(exception.Message.Contains(part, StringComparison.Ordinal), $"{what}: {exception.Message}");
            Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
        }
    }

    private static Experiment Create(string kind, string model = Specs.TwoLayers) => Experiment.Create(Specs.Of($$"""{ "kind": "{{kind}}" }""", model), Images);

    private static Experiment Described(string model, int dimensions)
    {
        ImageClass[] classes = [.. Enumerable.Range(0, 9).Select(number => new ImageClass($"{number}", (Split)(number / 3), 3, new byte[3 * 144]) { Description = [number, 1] })];
        return Experiment.Create(
            Specs.Of($$"""{ "kind": "gaussian-proto", "covariance": "constant", "descriptions": 2, "dimensions": {{dimensions}} }""", model),
            new ImageTaskSource(new ImageDataset("told", [1, 12, 12], [.. classes]), new ImageOptions { Ways = 3, Shots = 1, Queries = 1 }));
    }

    private static ImageFile Plain(string name, byte grey) => new(name, TestPng.Grey(12, 12, (_, _) => grey));

    private static ImageFileClass[] Classes(int count) => [.. Enumerable.Range(0, count).Select(number => new ImageFileClass($"class {number}", [File($"{number}.png", number)]))];

    private static ImageFile File(string name, int number) => new(name, TestPng.Grey(12, 12, (x, y) => Pixel(x, y, number)));

    private static byte Pixel(int x, int y, int number) => (byte)(new CounterRandom((ulong)number, RandomPurpose.Inputs, (12 * y) + x).NextInt(256));
}
