using MetaTrain.Silo.Health;

namespace MetaTrain.Silo.Tests.Health;

public sealed class MembershipRowWatchTests
{
    [Fact]
    public void Observe_Leaves_WhenTheRowIsMissingTwiceInARow()
    {
        MembershipRowWatch watch = new();

        Assert.False(watch.Observe(rowExists: true));
        Assert.False(watch.Observe(rowExists: false));
        Assert.True(watch.Observe(rowExists: false));
    }

    [Fact]
    public void Observe_Stays_WhenTheRowComesBack()
    {
        MembershipRowWatch watch = new();

        Assert.False(watch.Observe(rowExists: false));
        Assert.False(watch.Observe(rowExists: true));
        Assert.False(watch.Observe(rowExists: false));
    }
}
