using System.Text;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Specs.Reading;

namespace MetaTrain.Abstractions.Tests.Specs.Reading;

public sealed class YamlSpecParserTests
{
    [Fact]
    public void TryParse_SharesAnAnchorsValue_WhenAnAliasRefersToIt()
    {
        Assert.True(YamlSpecParser.TryParse("a: &x { b: 1 }\nc: *x\n", out SpecNode root, out _));

        Assert.Same(((SpecMap)root).Find("a"), ((SpecMap)root).Find("c"));
    }

    [Fact]
    public void TryParse_RefusesInOneSentence_WhenAliasesMultiplyBeyondTheLimit()
    {
        var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 10; level++)
        {
            yaml.AppendLine($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]");
        }

        Assert.Matches(@"^Line \d+, column \d+: the spec has more than 10,000 values, its aliases written out\.$", Fault(yaml.ToString()));
    }

    [Fact]
    public void TryParse_RefusesInOneSentence_WhenAnAliasContainsItself() =>
        Assert.Equal("Line 1, column 8: the alias '*a' refers to no anchor that is complete before it.", Fault("a: &a [*a]"));

    [Fact]
    public void TryParse_RefusesInOneSentence_WhenValuesAreNestedWithoutEnd() =>
        Assert.Equal("Line 1, column 34: values are nested deeper than 32 levels.", Fault(new string('[', 100_000)));

    [Fact]
    public void TryParse_RefusesInOneSentence_WhenTheTextIsTooLong() =>
        Assert.Equal("The spec has 1,048,577 characters, but at most 1,048,576 are read.", Fault(new string('#', YamlSpecParser.MaxCharacters + 1)));

    [Fact]
    public void TryParse_NamesLineAndColumn_WhenTheTextIsNotYaml() =>
        Assert.StartsWith("Line 1, column 6: this is not valid YAML: ", Fault("a: [1,\n  2\nb: 3\n"), StringComparison.Ordinal);

    [Fact]
    public void TryParse_KeepsQuotedScalarsText_WhenTheyLookLikeNumbers()
    {
        Assert.True(YamlSpecParser.TryParse("[\"5\", '5', !!str 5, 5]", out SpecNode root, out _));

        Assert.Equal(
            [ScalarKind.Text, ScalarKind.Text, ScalarKind.Text, ScalarKind.Integer],
            ((SpecList)root).Items.Select(item => ((SpecScalar)item).Kind));
    }

    private static string Fault(string yaml)
    {
        Assert.False(YamlSpecParser.TryParse(yaml, out _, out SpecProblem? problem));
        return problem!.Sentence;
    }
}
