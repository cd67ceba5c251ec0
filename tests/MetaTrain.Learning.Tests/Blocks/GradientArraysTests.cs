using MetaTrain.Learning.Blocks;

namespace MetaTrain.Learning.Tests.Blocks;

public sealed class GradientArraysTests
{
    // Lengths that no other test uses: the arrays are the process's.
    [Fact]
    public void Rent_GivesZeros_WhenTheArrayHeldASum()
    {
        var array = GradientArrays.Rent(100_003);
        Array.Fill(array, 7);
        GradientArrays.Return(array);

        var again = GradientArrays.Rent(100_003);

        Assert.Same(array, again);
        Assert.All(again, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Rent_NeverGivesAnArrayTwice_WhenManyThreadsRentAndReturn()
    {
        const int Length = 1_009;
        Parallel.For(0, 20_000, run =>
        {
            var array = GradientArrays.Rent(Length);
            for (var i = 0; i < Length; i++)
            {
                array[i] += run;
            }

            Assert.All(array, value => Assert.Equal((float)run, value));
            GradientArrays.Return(array);
        });
    }
}
