namespace MetaTrain.Client.Calls;

/// <summary>Repeats a call while the cluster is between silos, with growing pauses, and gives up with one sentence.</summary>
/// <param name="time">The clock.</param>
/// <param name="giveUpAfter">How long to keep trying.</param>
/// <param name="refresh">Called before each repetition: finds a cluster that was restarted under a new id.</param>
internal sealed class CallRetry(TimeProvider time, TimeSpan giveUpAfter, Func<CancellationToken, Task> refresh)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The pause after so many failures in a row.</summary>
    public static TimeSpan PauseAfter(int failures) =>
        failures > 4 ? LongestPause : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << (failures - 1)));

    public async Task<T> RunAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        for (int failures = 1; ; failures++)
        {
            try
            {
                if (failures > 1)
                {
                    await refresh(cancellationToken);
                }

                return await call().WaitAsync(cancellationToken);
            }
            catch (Exception failure) when (TransientFailure.Is(failure) && !cancellationToken.IsCancellationRequested)
            {
                if (time.GetElapsedTime(start) >= giveUpAfter)
                {
                    throw GivenUp(what, giveUpAfter, failure);
                }
            }

            await Task.Delay(PauseAfter(failures), time, cancellationToken);
        }
    }

    public Task RunAsync(string what, Func<Task> call, CancellationToken cancellationToken) => RunAsync(
        what,
        async () =>
        {
            await call();
            return true;
        },
        cancellationToken);

    /// <summary>The sentence that ends a series of failures: the last one's own, when it was written for a person.</summary>
    public static MetaTrainException GivenUp(string what, TimeSpan after, Exception last) => last switch
    {
        MetaTrainException ours => ours,
        Abstractions.Storage.StoreUnavailableException store => new MetaTrainException(FailureKind.Unreachable, store.Message, store),
        _ => new MetaTrainException(
            FailureKind.Unreachable,
            $"The cluster did not answer within {after.TotalSeconds:0} s when asked to {what}: look with 'metatrain doctor' whether its silos are alive.",
            last),
    };
}
