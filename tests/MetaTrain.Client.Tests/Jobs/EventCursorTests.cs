using System.Collections.Immutable;
using CsCheck;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Jobs;
using MetaTrain.Client.Tests.Fakes;

namespace MetaTrain.Client.Tests.Jobs;

public sealed class EventCursorTests
{
    [Fact]
    public void Accept_ReturnsEachEventOnceInOrder_HoweverAnswersOverlap() =>
        Gen.Int[1, 40].SelectMany(last => Gen.Int[1, last].Array[1, 30].Select(ends => (last, ends))).Sample(sample =>
        {
            var cursor = new EventCursor(0);
            List<long> seen = [];
            foreach (int end in sample.ends.Append(sample.last))
            {
                // An answer that was asked for earlier may come later: it overlaps, shuffled, what is known.
                ImmutableArray<RunEvent> answer = [.. Enumerable.Range(1, end).Reverse().Select(number => Statuses.Event(number, "e"))];
                (ImmutableArray<RunEvent> news, long missed) = cursor.Accept(answer);
                Assert.Equal(0, missed);
                seen.AddRange(news.Select(each => each.Sequence));
            }

            Assert.Equal(Enumerable.Range(1, sample.last).Select(number => (long)number), seen);
        });

    [Fact]
    public void Accept_CountsWhatIsMissing_WhenTheLogHasForgottenEvents()
    {
        var cursor = new EventCursor(10);
        (ImmutableArray<RunEvent> news, long missed) = cursor.Accept([Statuses.Event(16, "later")]);
        Assert.Equal(5, missed);
        Assert.Equal(16, Assert.Single(news).Sequence);
        Assert.Equal(16, cursor.Sequence);
    }
}
