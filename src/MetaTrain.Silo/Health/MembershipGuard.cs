using MetaTrain.Silo.Hosting;
using Orleans.Clustering.Redis;

namespace MetaTrain.Silo.Health;

/// <summary>
/// Finds out that the store has forgotten its silo. With the store emptied or replaced under it, a cluster would go on for ever without
/// noticing any death.
/// </summary>
internal sealed partial class MembershipGuard(
    IMembershipTable table,
    ILocalSiloDetails self,
    SiloOptions options,
    TimeProvider time,
    ILogger<MembershipGuard> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly MembershipRowWatch _watch = new();

    private readonly TaskCompletionSource _forgotten = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the silo should end.</summary>
    public Task Forgotten => _forgotten.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (await RowExistsAsync(stoppingToken).ConfigureAwait(false) is { } exists && _watch.Observe(exists))
            {
                LogForgotten(logger, self.Name, options.ClusterId);
                _forgotten.SetResult();
                return;
            }
        }
    }

    // Null when the store does not answer: that is no news of the row.
    private async Task<bool?> RowExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            MembershipTableData data = await table.ReadRowAsync(self.SiloAddress, cancellationToken).ConfigureAwait(false);
            return data.Members.Count > 0;
        }
        catch (RedisClusteringException)
        {
            // The store answers, and the whole table is gone.
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUnknown(logger, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message =
        "The store has no membership row of silo {Silo} in cluster {Cluster} any more (was it emptied or replaced?): the silo ends, so that it can join again.")]
    private static partial void LogForgotten(ILogger logger, string silo, string cluster);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The membership row could not be read; looking again.")]
    private static partial void LogUnknown(ILogger logger, Exception exception);
}
