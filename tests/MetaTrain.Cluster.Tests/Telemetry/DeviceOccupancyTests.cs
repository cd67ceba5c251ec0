using MetaTrain.Cluster.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Cluster.Tests.Telemetry;

public sealed class DeviceOccupancyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void IdleRatio_IsOne_WhenNothingEverRan()
    {
        DeviceOccupancy occupancy = new(_time);

        Assert.Equal(1, occupancy.IdleRatio());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, occupancy.IdleRatio());
    }

    [Fact]
    public void IdleRatio_CountsTheBlockThatStillRuns()
    {
        DeviceOccupancy occupancy = new(_time);
        occupancy.Started();
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, occupancy.IdleRatio());
    }

    [Fact]
    public void IdleRatio_ForgetsWhatIsOlderThanTheWindow()
    {
        DeviceOccupancy occupancy = new(_time);
        occupancy.Started();
        _time.Advance(DeviceOccupancy.Window);
        occupancy.Finished();
        Assert.Equal(0, occupancy.IdleRatio());

        _time.Advance(DeviceOccupancy.Window / 4);
        Assert.Equal(0.25, occupancy.IdleRatio(), tolerance: 1e-9);

        _time.Advance(DeviceOccupancy.Window);
        Assert.Equal(1, occupancy.IdleRatio());
    }

    [Fact]
    public void Finished_IsIgnored_WhenNothingStarted()
    {
        DeviceOccupancy occupancy = new(_time);
        _time.Advance(TimeSpan.FromSeconds(1));
        occupancy.Finished();

        Assert.Equal(1, occupancy.IdleRatio());
    }
}
