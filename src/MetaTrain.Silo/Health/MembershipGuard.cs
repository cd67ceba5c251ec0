using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Health;

/// <summary>
/// Ends a silo that its store has forgotten. With the store emptied or replaced under it, a cluster would go on for ever without
/// noticing any death.
/// </summary>
internal sealed partial class MembershipGuard(
    IMembershipTable table,
    ILocalSiloDetails self,
    IHostApplicationLifetime application,
    SiloOptions options,
    TimeProvider time,
    ILogger<MembershipGuard> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly MembershipRowWatch _watch = new();

    /// <summary>True once the guard has ended the silo.</summary>
    public bool Forgotten { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (await RowExistsAsync(stoppingToken).ConfigureAwait(false) is { } exists && _watch.Observe(exists))
            {
                Forgotten = true;
                LogForgotten(logger, self.Name, options.ClusterId);
                application.StopApplication();
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
