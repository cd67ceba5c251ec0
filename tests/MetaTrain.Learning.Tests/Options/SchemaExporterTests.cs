using System.Text.Json;
using System.Text.Json.Nodes;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Options;

public sealed class SchemaExporterTests
{
    private static readonly Registry<int, string> Samples = new Registry<int, string>("sample", defaultKind: "first")
        .Add<SampleOptions>("first", "The first.", (options, context) => $"{options.Size + context}", "one")
        .Add<SampleInnerOptions>("second", "The second.", (options, _) => options.Name);

    private readonly JsonNode _schema = SchemaExporter.Export([Samples])["properties"]!["sample"]!;

    [Fact]
    public void Export_WritesOneBranchAKind_EachClosed()
    {
        var branches = _schema["oneOf"]!.AsArray();
        Assert.Equal(["first", "second"], branches.Select(branch => branch!["title"]!.GetValue<string>()));
        Assert.All(branches, branch => Assert.False(branch!["additionalProperties"]!.GetValue<bool>()));
        Assert.Equal(["first", "one"], Texts(Property(0, "kind")["enum"]));
        Assert.Equal("second", Property(1, "kind")["const"]!.GetValue<string>());
    }

    [Fact]
    public void Export_RequiresWhatHasNoDefault_AndTheKindUnlessItIsTheDefault()
    {
        Assert.Equal(["size"], Texts(_schema["oneOf"]![0]!["required"]));
        Assert.Equal(["kind"], Texts(_schema["oneOf"]![1]!["required"]));
    }

    [Fact]
    public void Export_CarriesBoundsChoicesAndDefaults_FromTheAttributes()
    {
        Assert.Equal((1, 9), (Property(0, "size")["minimum"]!.GetValue<long>(), Property(0, "size")["maximum"]!.GetValue<long>()));
        Assert.Equal(0, Property(0, "share")["exclusiveMinimum"]!.GetValue<long>());
        Assert.Null(Property(0, "share")["maximum"]);
        Assert.Equal(0.5, Property(0, "share")["default"]!.GetValue<double>());
        Assert.Equal("dark-blue", Property(0, "colour")["default"]!.GetValue<string>());
        Assert.Equal(["dark-blue", "light-green"], Texts(Property(0, "colour")["enum"]));
        Assert.Equal(["a", "b"], Texts(Property(1, "name")["enum"]));
        Assert.Equal(10, Property(0, "steps")["items"]!["maximum"]!.GetValue<long>());
        Assert.Equal("linear", Property(0, "rate")["default"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(10_000, "\"step\"")]
    [InlineData(5, """{"kind":"step","every":5,"factor":0.5,"warmUp":0}""")]
    public void Defaults_AreWrittenAsSpecsWriteThem_WhenTheyAreOneOfSeveralKinds(long every, string json) =>
        Assert.Equal(json, JsonSerializer.Serialize<LearningRateSchedule>(new StepSchedule { Every = every }, OptionsReader.Json));

    [Fact]
    public void Export_LeadsNowhereElse_WhenTypesAppearTwice() => Assert.DoesNotContain("$ref", SchemaExporter.ToText(SchemaExporter.Export(LearningSections.All)));

    [Fact]
    public void Export_DescribesTheElementsOfAList_WhenEachIsOneOfSeveralKinds()
    {
        var images = SchemaExporter.Export(LearningSections.All)["properties"]!["data"]!["oneOf"]!.AsArray()[^1]!["properties"]!;
        var kinds = images["augment"]!["items"]!["oneOf"]!.AsArray();

        Assert.Contains("rotate-classes", Texts(kinds[0]!["enum"]));
        var crop = kinds.Single(kind => kind!["title"]?.GetValue<string>() == "crop")!;
        Assert.Equal("crop", crop["properties"]!["kind"]!["const"]!.GetValue<string>());
        Assert.Equal(1, crop["properties"]!["smallest"]!["maximum"]!.GetValue<long>());
        Assert.False(crop["additionalProperties"]!.GetValue<bool>());
        Assert.Empty(images["augment"]!["default"]!.AsArray());
    }

    [Fact]
    public void Read_MakesTheProduct_WithOptionsAndContext()
    {
        using var document = JsonDocument.Parse("""{ "size": 3 }""");
        Assert.Equal("7", Samples.Read(document.RootElement).Create(4));
    }

    [Fact]
    public void Add_Refuses_WhenAKindIsTaken() =>
        Assert.Throws<ArgumentException>(() => new Registry<int, string>("s").Add<SampleInnerOptions>("a", "A.", (_, _) => "").Add<SampleInnerOptions>("b", "B.", (_, _) => "", "a"));

    private JsonObject Property(int branch, string name) => _schema["oneOf"]![branch]!["properties"]![name]!.AsObject();

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => item!.GetValue<string>());
}
