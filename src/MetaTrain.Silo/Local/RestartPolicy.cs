using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Local;

/// <summary>What to do about a process that died.</summary>
/// <param name="GiveUp">True when it will not get better by itself.</param>
/// <param name="Delay">How long to wait before it is started again.</param>
internal readonly record struct RestartDecision(bool GiveUp, TimeSpan Delay)
{
    public static RestartDecision Never { get; } = new(true, TimeSpan.Zero);

    public static RestartDecision After(TimeSpan delay) => new(false, delay);
}

/// <summary>
/// Decides about one process. A process that worked is started again at once, then with growing delays while it keeps dying
/// young. One that never worked is given up soon, and at once when it said that its settings are wrong.
/// </summary>
internal sealed class RestartPolicy
{
    internal const int LimitBeforeReady = 3;
    internal const int LimitOnceReady = 10;

    internal static readonly TimeSpan Young = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private int _youngDeaths;
    private bool _wasReady;

    /// <summary>The process works.</summary>
    public void Ready() => _wasReady = true;

    /// <summary>The process died.</summary>
    public RestartDecision Died(TimeSpan lifetime, int exitCode)
    {
        if (!_wasReady && exitCode is ExitCode.WrongUsage or ExitCode.StoreUnreachable)
        {
            return RestartDecision.Never;
        }

        _youngDeaths = lifetime < Young ? _youngDeaths + 1 : 1;
        if (_youngDeaths >= (_wasReady ? LimitOnceReady : LimitBeforeReady))
        {
            return RestartDecision.Never;
        }

        return RestartDecision.After(_youngDeaths == 1 ? TimeSpan.Zero : Min(FirstDelay * Math.Pow(2, _youngDeaths - 2), LongestDelay));
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
