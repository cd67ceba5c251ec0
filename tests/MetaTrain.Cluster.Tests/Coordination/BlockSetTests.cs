using CsCheck;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class BlockSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1024)]
    public void Set_HasEveryBlock_AndGivesThemInOrder(int blocks)
    {
        BlockSet set = new(blocks);
        for (int block = 0; block < blocks; block++)
        {
            Assert.Equal(block, set.First());
            set.Remove(block);
        }

        Assert.Null(set.First());
        Assert.Equal(0, set.Count);
    }

    [Fact]
    public void Set_IsASortedSet() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, int.MaxValue]).Sample((blocks, seed) =>
        {
            Random random = new(seed);
            BlockSet set = new(blocks);
            SortedSet<int> expected = [.. Enumerable.Range(0, blocks)];
            for (int change = 0; change < 600; change++)
            {
                int block = random.Next(blocks);
                if (random.Next(3) == 0)
                {
                    set.Add(block);
                    expected.Add(block);
                }
                else
                {
                    set.Remove(block);
                    expected.Remove(block);
                }

                Assert.Equal(expected.Count, set.Count);
                Assert.Equal(expected.Count == 0 ? null : expected.Min, set.First());
                Assert.Equal(expected.Any(static even => even % 2 == 0) ? expected.First(static even => even % 2 == 0) : null, set.First(static even => even % 2 == 0));
            }
        });
}
