using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>A test on a silo of its own, over a redis-server of its own.</summary>
public abstract class GrainTest : IAsyncLifetime
{
    private IStoreServer? _server;
    private StoreClient? _store;
    private CoordinatorSilo? _silo;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected static JobId Job { get; } = new("job");

    private protected StoreClient Store => _store!;

    private protected CoordinatorSilo Silo => _silo ?? throw new InvalidOperationException("The silo was not started again.");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        _server = await RedisStoreServer.StartAsync(Cancellation);
        _store = new StoreClient(_server.Uri, "test");
        _silo = await StartSiloAsync(_store);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            await StopSiloAsync();
        }
        finally
        {
            if (_store is not null)
            {
                await _store.DisposeAsync();
            }

            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
    }

    private protected virtual Task<CoordinatorSilo> StartSiloAsync(StoreClient store) => CoordinatorSilo.StartAsync(store);

    /// <summary>Another silo takes the place of the one that leaves, on the same store.</summary>
    private protected async Task StartSiloAgainAsync()
    {
        await StopSiloAsync();
        _silo = await StartSiloAsync(Store);
    }

    /// <summary>Works on the job by hand until it ends.</summary>
    private protected async Task<JobStatus> EndOfAsync(ICoordinatorGrain coordinator, JobId job)
    {
        JobStatus? status = null;
        await Eventually.IsTrueAsync(async () =>
        {
            await new HandWorker(Silo, job).ServeAsync();
            status = await coordinator.DescribeAsync();
            return status!.State.IsFinal();
        });
        return status!;
    }

    /// <summary>Works by hand on an evaluation of the job until it is in.</summary>
    private protected async Task<EvaluationTicket> DoneAsync(EvaluationTicket ticket)
    {
        Assert.Null(ticket.Failure);
        await Eventually.IsTrueAsync(async () =>
        {
            await new HandWorker(Silo, Job).ServeAsync();
            ticket = await Silo.Coordinator(Job).ReadEvaluationAsync(ticket.Number);
            return ticket.Summary is not null || ticket.Failure is not null;
        });
        return ticket;
    }

    private async Task StopSiloAsync()
    {
        CoordinatorSilo? silo = _silo;
        _silo = null;
        if (silo is not null)
        {
            await silo.DisposeAsync();
        }
    }
}
