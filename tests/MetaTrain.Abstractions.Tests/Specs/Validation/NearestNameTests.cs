using CsCheck;
using MetaTrain.Abstractions.Specs.Validation;

namespace MetaTrain.Abstractions.Tests.Specs.Validation;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("abc", "xabc", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void Distance_CountsEdits_WhenNamesDiffer(string a, string b, int distance) =>
        Assert.Equal(distance, NearestName.Distance(a, b));

    [Fact]
    public void Distance_IsSymmetricAndBounded_WhateverTheNames() =>
        Gen.Select(Gen.String[Gen.Char['a', 'd'], 0, 12], Gen.String[Gen.Char['a', 'd'], 0, 12]).Sample((a, b) =>
        {
            int distance = NearestName.Distance(a, b);
            Assert.Equal(distance, NearestName.Distance(b, a));
            Assert.InRange(distance, Math.Abs(a.Length - b.Length), Math.Max(a.Length, b.Length));
            Assert.Equal(a == b, distance == 0);
        });

    [Theory]
    [InlineData("InnerSteps", "innerSteps")]
    [InlineData("inner_steps", "innerSteps")]
    [InlineData("innerstep", "innerSteps")]
    [InlineData("steps", null)]
    [InlineData("gpu", null)]
    [InlineData("cup", "cpu")]
    public void Find_GuessesOnlyWhatIsNear_WhenANameIsMisspelt(string written, string? meant) =>
        Assert.Equal(meant, NearestName.Find(written, ["innerSteps", "cpu", "order"]));
}
