using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;

namespace MetaTrain.Silo.Tests.Local;

public sealed class RestartPolicyTests
{
    private const int Killed = 137;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly RestartPolicy _policy = new();

    [Fact]
    public void Died_StartsAgainAtOnce_TheFirstTime()
    {
        _policy.Ready();

        Assert.Equal(RestartDecision.After(TimeSpan.Zero), _policy.Died(RestartPolicy.Young, Killed));
    }

    [Theory]
    [InlineData(ExitCode.WrongUsage)]
    [InlineData(ExitCode.StoreUnreachable)]
    public void Died_GivesUpAtOnce_WhenTheSettingsAreWrong(int code) => Assert.True(_policy.Died(Short, code).GiveUp);

    [Theory]
    [InlineData(ExitCode.WrongUsage)]
    [InlineData(ExitCode.StoreUnreachable)]
    public void Died_TriesAgain_WhenTheSameSettingsWorkedBefore(int code)
    {
        _policy.Ready();

        Assert.False(_policy.Died(Short, code).GiveUp);
    }

    [Fact]
    public void Died_GivesUpSoon_WhenTheProcessNeverWorked()
    {
        bool[] decisions = [.. Enumerable.Range(0, RestartPolicy.LimitBeforeReady).Select(_ => _policy.Died(Short, Killed).GiveUp)];

        Assert.Equal([false, false, true], decisions);
    }

    [Fact]
    public void Died_WaitsLongerEachTime_AndGivesUpInTheEnd()
    {
        _policy.Ready();

        RestartDecision[] decisions = [.. Enumerable.Range(0, RestartPolicy.LimitOnceReady).Select(_ => _policy.Died(Short, Killed))];

        Assert.Equal([0, 0.25, 0.5, 1, 2, 4, 5, 5, 5], decisions[..^1].Select(decision => decision.Delay.TotalSeconds));
        Assert.All(decisions[..^1], decision => Assert.False(decision.GiveUp));
        Assert.True(decisions[^1].GiveUp);
    }

    [Fact]
    public void Died_ForgetsEarlierDeaths_AfterALongLife()
    {
        _policy.Ready();
        for (int death = 0; death < RestartPolicy.LimitOnceReady - 1; death++)
        {
            _policy.Died(Short, Killed);
        }

        Assert.Equal(RestartDecision.After(TimeSpan.Zero), _policy.Died(RestartPolicy.Young, Killed));
        Assert.Equal(RestartDecision.After(RestartPolicy.FirstDelay), _policy.Died(Short, Killed));
    }
}
