using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Calls;
using MetaTrain.Client.Connections;

namespace MetaTrain.Client.Jobs;

/// <summary>
/// Follows one job by short calls: a call that dies with its silo is repeated, and the next coordinator goes on with the same numbers.
/// </summary>
internal sealed class JobWatch(IClusterGrains grains, JobId job, TimeProvider time, TimeSpan giveUpAfter)
{
    // A coordinator that has news for every call must not make the client spin; one that answers at once without news
    // (its job is paused, or belongs to another cluster) is asked less often.
    private static readonly TimeSpan ShortestRound = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdleRound = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<JobUpdate> FollowAsync(long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = new EventCursor(afterSequence);
        JobStatus? last = null;
        long lastAnswer = time.GetTimestamp();
        for (int failures = 0; ;)
        {
            long roundStart = time.GetTimestamp();
            (WatchReply? reply, Exception? failure) = await TryAskAsync(cursor.Sequence, failures > 0, cancellationToken);
            if (failure is not null)
            {
                TimeSpan silence = time.GetElapsedTime(lastAnswer);
                if (silence >= giveUpAfter)
                {
                    throw CallRetry.GivenUp($"watch the job '{job}'", giveUpAfter, failure);
                }

                yield return new JobUpdate { Status = last, Silence = silence };
                await Task.Delay(CallRetry.PauseAfter(++failures), time, cancellationToken);
                continue;
            }

            failures = 0;
            lastAnswer = time.GetTimestamp();
            last = (reply ?? throw JobErrors.Unknown(job)).Status;
            (ImmutableArray<RunEvent> news, long missed) = cursor.Accept(reply.Events);
            yield return new JobUpdate { Status = last, Events = news, EventsMissed = missed };
            if (last.State.IsFinal() && news.IsEmpty)
            {
                yield break;
            }

            TimeSpan round = last.State == JobState.Running || !news.IsEmpty ? ShortestRound : IdleRound;
            if (round - time.GetElapsedTime(roundStart) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, time, cancellationToken);
            }
        }
    }

    private async Task<(WatchReply? Reply, Exception? Failure)> TryAskAsync(long afterSequence, bool refresh, CancellationToken cancellationToken)
    {
        try
        {
            if (refresh)
            {
                await grains.RefreshAsync(cancellationToken);
            }

            return (await grains.Coordinator(job).WatchAsync(afterSequence).WaitAsync(cancellationToken), null);
        }
        catch (Exception failure) when (TransientFailure.Is(failure) && !cancellationToken.IsCancellationRequested)
        {
            return (null, failure);
        }
    }
}
