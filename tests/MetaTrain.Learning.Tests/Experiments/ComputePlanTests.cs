using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class ComputePlanTests
{
    private static readonly EpisodeShape FiveWay = new() { Ways = 5, Shots = 1, Queries = 1, Input = [1, 28, 28] };

    [Theory]
    [InlineData(Specs.SmallConv, 32, 1, 4)]
    [InlineData(Specs.SmallConv, 3, 1, 4)]
    [InlineData(Specs.SmallConv, 1, 1, 1)]
    [InlineData(Specs.SmallConv, 32, 5, 2)]
    [InlineData(Specs.SmallConv, 32, 15, 1)]
    [InlineData(Specs.TwoLayers, 25, 1, 32)]
    [InlineData(Specs.TwoLayers, 400, 1, 32)]
    [InlineData("""{ "kind": "resnet12" }""", 32, 1, 1)]
    public void Choose_CutsIntoPowersOfTwo_SmallerForLargerEpisodes(string model, int tasks, int queries, int expected)
    {
        var spec = Specs.Of("""{ "kind": "maml" }""", model, $$"""{ "iterations": 1, "tasksPerIteration": {{tasks}} }""");

        Assert.Equal(expected, ComputePlan.Choose(spec, FiveWay with { Queries = queries }, "cpu/AuthenticAMD/avx2").BlockSize);
    }

    [Fact]
    public void Choose_TakesTheSpecsOwnSize()
    {
        Assert.Equal(2, ComputePlan.Choose(Specs.Of("""{ "kind": "maml" }"""), FiveWay, "cpu", blockSize: 2).BlockSize);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(6)]
    public void Choose_RefusesASize_ThatIsNoPowerOfTwo(int size)
    {
        var exception = Assert.Throws<OptionsException>(() => ComputePlan.Choose(Specs.Of("""{ "kind": "maml" }"""), FiveWay, "cpu", size));

        Assert.Equal("plan.blockSize", exception.Path);
    }
}
