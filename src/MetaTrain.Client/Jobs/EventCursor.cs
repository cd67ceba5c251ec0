using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Jobs;

/// <summary>Reconciles a job's events by sequence number, so that each is seen once however often an answer is repeated.</summary>
internal sealed class EventCursor(long afterSequence)
{
    /// <summary>The number of the last event seen.</summary>
    public long Sequence { get; private set; } = afterSequence;

    /// <summary>Takes what an answer holds and returns what is new in it, in order, and how many events are lost before it.</summary>
    public (ImmutableArray<RunEvent> News, long Missed) Accept(ImmutableArray<RunEvent> events)
    {
        if (events.IsDefaultOrEmpty)
        {
            return ([], 0);
        }

        long missed = 0;
        ImmutableArray<RunEvent>.Builder news = ImmutableArray.CreateBuilder<RunEvent>();
        foreach (RunEvent each in events.Where(each => each.Sequence > Sequence).OrderBy(each => each.Sequence))
        {
            if (each.Sequence == Sequence)
            {
                continue;
            }

            missed += each.Sequence - Sequence - 1;
            Sequence = each.Sequence;
            news.Add(each);
        }

        return (news.ToImmutable(), missed);
    }
}
