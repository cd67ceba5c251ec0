using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Datasets.Import;

public sealed class OmniglotSplitTests
{
    [Theory]
    [InlineData(Split.Train, 1028)]
    [InlineData(Split.Validation, 172)]
    [InlineData(Split.Test, 423)]
    public void Characters_HaveTheCustomaryCounts_InEachSplit(Split split, int count) =>
        Assert.Equal(count, OmniglotSplit.Characters.Values.Count(other => other == split));

    [Fact]
    public void Characters_AreEachInOneSplit_AndFromFiftyAlphabets()
    {
        // A dictionary holds each name once, and its loading refuses a name given twice.
        Assert.Equal(1623, OmniglotSplit.Characters.Count);
        Assert.Equal(50, OmniglotSplit.Characters.Keys.Select(name => name.Split('/')[0]).Distinct().Count());
    }

    [Fact]
    public void Characters_AreWhatTheProcedureDrew_WhenDrawnAgain()
    {
        var names = OmniglotSplit.Characters.Keys.Order(StringComparer.Ordinal).ToArray();
        var random = new CounterRandom(2015, RandomPurpose.Splits);
        random.Shuffle<string>(names);
        Assert.All(names.Index(), name => Assert.Equal(
            name.Index < 1028 ? Split.Train : name.Index < 1200 ? Split.Validation : Split.Test,
            OmniglotSplit.Characters[name.Item]));
    }
}
