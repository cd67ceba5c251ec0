using CsCheck;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Storage.Redis.Tests.Checkpoints;

public sealed class RetentionPlanTests
{
    private static readonly Gen<(long[] Versions, long[] Ranking, int KeepLast, int KeepBest)> Cases = Gen.Select(
        Gen.Long[1, 50].Array[1, 20], Gen.Long[1, 50].Array[0, 10], Gen.Int[0, 5], Gen.Int[0, 5]);

    [Fact]
    public void Removals_NeverTakeTheCommittedTheBestOrTheLast() => Cases.Sample(c =>
    {
        long[] versions = [.. c.Versions.Distinct()];
        long committed = c.Versions[0];
        long[] best = [.. RetentionPlan.Best(c.Ranking, new CheckpointRetention(c.KeepLast, c.KeepBest))];

        long[] removed = RetentionPlan.Removals(versions, committed, best, new CheckpointRetention(c.KeepLast, c.KeepBest));

        long[] last = [.. versions.Where(v => v <= committed).OrderDescending().Take(c.KeepLast)];
        Assert.DoesNotContain(committed, removed);
        Assert.Empty(removed.Intersect(best));
        Assert.Empty(removed.Intersect(last));
        Assert.True(versions.Length - removed.Length <= Math.Max(1, c.KeepLast) + c.KeepBest + 1);
    });

    [Fact]
    public void Best_IsTheHeadOfTheRanking_WithoutRepetitions() =>
        Assert.Equal([9, 3], RetentionPlan.Best([9, 9, 3, 1], new CheckpointRetention(1, 2)));

    [Fact]
    public void Removals_DropAFutureThatWasGivenUp_AndKeepThePastOfTheCommitted() =>
        Assert.Equal([10, 40, 50], RetentionPlan.Removals([10, 20, 30, 40, 50], 30, [], new CheckpointRetention(2, 0)));

    [Fact]
    public void PieceSet_ComesBackFromItsName() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Int[1, 100]).Sample((epoch, iteration, pieces) =>
        {
            var set = new PieceSet(epoch, iteration, pieces, "ab12");
            Assert.True(PieceSet.TryParse(set.ToString(), out PieceSet parsed));
            Assert.Equal(set, parsed);
        });

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(ICheckpointStore.MaxPieceBytes, 1)]
    [InlineData(ICheckpointStore.MaxPieceBytes + 1, 2)]
    [InlineData(int.MaxValue, 256)]
    public void PieceSet_HasAsManyPiecesAsTheContentNeeds(int length, int pieces) => Assert.Equal(pieces, PieceSet.PieceCount(length));
}
