using MetaTrain.Abstractions.Jobs;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Removes pieces that no manifest refers to: of removed and replaced versions, and of commits that were abandoned.</summary>
internal sealed class LoosePieces(RedisConnection connection)
{
    private readonly RedisKeys _keys = new(connection.Prefix);

    /// <summary>
    /// Removes all loose pieces of a job up to an epoch. The caller holds that epoch and has no commit under way, so that nothing
    /// of it can become part of a version any more; those of a later epoch belong to a coordinator at work.
    /// </summary>
    public async Task RemoveUpToAsync(JobId job, long epoch, CancellationToken cancellationToken)
    {
        RedisValue[] names = await connection.RunAsync(database => database.SetMembersAsync(_keys.LoosePieceSets(job)), cancellationToken).ConfigureAwait(false);
        foreach (RedisValue name in names)
        {
            if (PieceSet.TryParse(name.ToString(), out PieceSet set) && set.Epoch <= epoch)
            {
                await RemoveAsync(job, set, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the pieces of one set, then its note.</summary>
    public Task RemoveAsync(JobId job, PieceSet set, CancellationToken cancellationToken) => connection.RunAsync(
        async database =>
        {
            // One transaction: a note must never go before its pieces.
            ITransaction transaction = database.CreateTransaction();
            RedisKey[] pieces = [.. Enumerable.Range(0, set.Pieces).Select(piece => _keys.Piece(job, set.ToString(), piece))];
            Task deleted = transaction.KeyDeleteAsync(pieces);
            Task forgotten = transaction.SetRemoveAsync(_keys.LoosePieceSets(job), set.ToString());
            await transaction.ExecuteAsync().ConfigureAwait(false);
            await Task.WhenAll(deleted, forgotten).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
