using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class ComputePlanTests
{
    [Theory]
    [InlineData(Specs.SmallConv, 32, 4)]
    [InlineData(Specs.SmallConv, 3, 4)]
    [InlineData(Specs.SmallConv, 1, 1)]
    [InlineData(Specs.TwoLayers, 25, 32)]
    [InlineData(Specs.TwoLayers, 400, 32)]
    public void Choose_CutsIntoPowersOfTwo(string model, int tasks, int expected)
    {
        var spec = Specs.Of("""{ "kind": "maml" }""", model, $$"""{ "iterations": 1, "tasksPerIteration": {{tasks}} }""");

        Assert.Equal(expected, ComputePlan.Choose(spec, "cpu/AuthenticAMD/avx2").BlockSize);
    }

    [Fact]
    public void Choose_TakesTheSpecsOwnSize()
    {
        Assert.Equal(2, ComputePlan.Choose(Specs.Of("""{ "kind": "maml" }"""), "cpu", blockSize: 2).BlockSize);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(6)]
    public void Choose_RefusesASize_ThatIsNoPowerOfTwo(int size)
    {
        var exception = Assert.Throws<OptionsException>(() => ComputePlan.Choose(Specs.Of("""{ "kind": "maml" }"""), "cpu", size));

        Assert.Equal("plan.blockSize", exception.Path);
    }
}
