using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Options;

public sealed class OptionsReaderTests
{
    [Fact]
    public void Read_KeepsDefaults_WhenMembersAreAbsent()
    {
        var options = Read("""{ "size": 3 }""");
        Assert.Equal((3, 0.5, SampleColour.DarkBlue, null), (options.Size, options.Share, options.Colour, options.Limit));
    }

    [Fact]
    public void Read_TakesEveryKindOfValue_WhenGiven()
    {
        var options = Read("""{ "size": 3, "share": 1, "colour": "light-green", "limit": 2.5, "steps": [1, 2], "inner": { "name": "a" }, "rate": "cosine" }""");
        Assert.Equal((3, 1.0, SampleColour.LightGreen, 2.5, "a"), (options.Size, options.Share, options.Colour, options.Limit, options.Inner.Name));
        Assert.Equal([1, 2], options.Steps);
        Assert.IsType<CosineSchedule>(options.Rate);
    }

    [Theory]
    [InlineData("""{ "size": 3, "siez": 1 }""", "it.siez", "it.siez is not an option here: the options are colour, inner, limit, rate, share, size, steps.")]
    [InlineData("""{ "Size": 3 }""", "it.Size", "it.Size is not an option here: the options are colour, inner, limit, rate, share, size, steps.")]
    [InlineData("""{ }""", "it.size", "it.size is missing: it has no default.")]
    [InlineData("""{ "size": 0 }""", "it.size", "it.size is 0: it must be at least 1 and at most 9.")]
    [InlineData("""{ "size": "3" }""", "it.size", "it.size is \"3\": it must be a whole number.")]
    [InlineData("""{ "size": 1.5 }""", "it.size", "it.size is 1.5: it must be a whole number.")]
    [InlineData("""{ "size": null }""", "it.size", "it.size is null: it must be a whole number.")]
    [InlineData("""{ "size": 1, "size": 2 }""", "it.size", "it.size is given twice: give it once.")]
    [InlineData("""{ "size": 1, "share": 1e999 }""", "it.share", "it.share is too large for a floating-point number: it must be finite.")]
    [InlineData("""{ "size": 1, "share": 0 }""", "it.share", "it.share is 0: it must be above 0.")]
    [InlineData("""{ "size": 1, "colour": "red" }""", "it.colour", "it.colour is \"red\": it must be one of dark-blue, light-green.")]
    [InlineData("""{ "size": 1, "colour": 1 }""", "it.colour", "it.colour is 1: it must be one of dark-blue, light-green.")]
    [InlineData("""{ "size": 1, "steps": 1 }""", "it.steps", "it.steps is 1: it must be a list, each a whole number.")]
    [InlineData("""{ "size": 1, "steps": [1, 50] }""", "it.steps", "it.steps is 50: it must be at least 0 and at most 10.")]
    [InlineData("""{ "size": 1, "inner": { "nam": "a" } }""", "it.inner.nam", "it.inner.nam is not an option here: the options are name.")]
    [InlineData("""{ "size": 1, "inner": { "name": "c" } }""", "it.inner.name", "it.inner.name is c: it must be one of a, b.")]
    [InlineData("""{ "size": 1, "inner": [] }""", "it.inner", "it.inner is a list: it must be an object with options.")]
    [InlineData("""{ "size": 1, "rate": "cosinus" }""", "it.rate.kind", "it.rate.kind is \"cosinus\": it must be one of constant, linear, cosine, step.")]
    [InlineData("""{ "size": 1, "rate": { "kind": "step", "every": 0 } }""", "it.rate.every", "it.rate.every is 0: it must be at least 1.")]
    [InlineData("[]", "it", "it is a list: it must be an object with options.")]
    public void Read_RefusesInOneSentence_WhenSomethingIsWrong(string json, string path, string message)
    {
        var refusal = Assert.Throws<OptionsException>(() => Read(json));
        Assert.Equal((path, message), (refusal.Path, refusal.Message));
    }

    private static SampleOptions Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return OptionsReader.Read<SampleOptions>(document.RootElement, "it");
    }
}

internal enum SampleColour
{
    DarkBlue,
    LightGreen,
}

internal sealed record SampleOptions
{
    [Range(1, 9)]
    public required int Size { get; init; }

    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Share { get; init; } = 0.5;

    public SampleColour Colour { get; init; }

    public double? Limit { get; init; }

    [Range(0, 10)]
    public IReadOnlyList<int> Steps { get; init; } = [];

    public SampleInnerOptions Inner { get; init; } = new();

    public LearningRateSchedule Rate { get; init; } = new LinearSchedule();
}

internal sealed record SampleInnerOptions
{
    [AllowedValues("a", "b")]
    public string Name { get; init; } = "b";
}
