using CsCheck;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class BlockTimesTests
{
    [Fact]
    public void Patience_FollowsTheMedianOfTheLast31() =>
        Gen.Int[600, 9_000].List[1, 100].Sample(milliseconds =>
        {
            BlockTimes times = new();
            milliseconds.ForEach(time => times.Observe(TimeSpan.FromMilliseconds(time)));

            int[] recent = [.. milliseconds.TakeLast(31).Order()];
            Assert.Equal(TimeSpan.FromMilliseconds(recent[recent.Length / 2] * 20), times.Patience);
        });
}
