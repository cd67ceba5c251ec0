using System.Text.Json;
using MetaTrain.Abstractions.Specs;

namespace MetaTrain.Abstractions.Tests.Specs;

/// <summary>Ways and shots, which are a number or a range, in specs read with this build's own schema.</summary>
public sealed class RangeSpecTests
{
    [Fact]
    public void Read_KeepsARangeAndANumberAsTheyAre_AlsoWhenItIsReadAgain()
    {
        JobSpecReading reading = Read("ways: [5, 20], shots: 3");

        Assert.Empty(reading.Problems);
        JsonElement data = new JobSpecReader().ReadJson(reading.CanonicalJson!).Spec!.Data;
        Assert.Equal("[5,20]", data.GetProperty("ways").GetRawText());
        Assert.Equal("3", data.GetProperty("shots").GetRawText());
        Assert.Equal("5", Read("shots: [1, 5]").Spec!.Data.GetProperty("ways").GetRawText());
    }

    [Theory]
    [InlineData("ways: [5]", "'data.ways' (line 2) is [5], but must be a whole number from 2 to 1000 or a list of 2 items, each a whole number from 2 to 1000.")]
    [InlineData("ways: [5, 6, 7]", "'data.ways' (line 2) is [5, 6, 7], but must be")]
    [InlineData("ways: 1", "'data.ways' (line 2) is 1, but must be")]
    [InlineData("shots: [0, 5]", "'data.shots[0]' (line 2) is 0, but must be a whole number from 1 to 1000.")]
    [InlineData("shots: many", "'data.shots' (line 2) is \"many\", but must be")]
    public void Read_Refuses_WhatIsNeitherANumberNorARange(string data, string sentence) =>
        Assert.StartsWith(sentence, Assert.Single(Read(data).Problems).Sentence, StringComparison.Ordinal);

    private static JobSpecReading Read(string data) => new JobSpecReader().Read($$"""
        name: ranges
        data: { dataset: glyphs, {{data}} }
        model: { kind: conv4 }
        algorithm: { kind: protonet }
        meta: { iterations: 10, tasksPerIteration: 4 }
        """);
}
