using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Workers;
using MetaTrain.TestKit.Processes;
using MetaTrain.TestKit.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace MetaTrain.Cluster.Tests.Coordinators;

/// <summary>A silo of the product's grains in this process, over a real store behind a gate; its jobs compute made-up mathematics.</summary>
internal sealed class CoordinatorSilo : IAsyncDisposable
{
    public const string Name = "silo-0";

    private readonly IHost _host;

    private CoordinatorSilo(IHost host, StoreClient store, StoreGate gate, QueueReports reports) => (_host, Store, Gate, Reports) = (host, store, gate, reports);

    /// <summary>The store itself, past the gate.</summary>
    public StoreClient Store { get; }

    /// <summary>Before the silo's jobs and checkpoints.</summary>
    public StoreGate Gate { get; }

    /// <summary>What coordinators tell the queue.</summary>
    public QueueReports Reports { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts one.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="workers">How many workers serve jobs by themselves.</param>
    public static async Task<CoordinatorSilo> StartAsync(StoreClient store, int workers = 0)
    {
        (StoreGate gate, QueueReports reports) = (new StoreGate(), new QueueReports());
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort.Take(), FreePort.Take());
            silo.Configure<Orleans.Configuration.SiloOptions>(static own => own.SiloName = Name);
            silo.Services.AddStoreExceptions();
            silo.Services.AddSingleton<IJobStore>(new GatedJobStore(store.Jobs, gate));
            silo.Services.AddSingleton<ICheckpointStore>(new GatedCheckpointStore(store.Checkpoints, gate));
            silo.Services.AddSingleton(store.Events);
            silo.Services.AddSingleton(store.Datasets);
            silo.Services.AddSingleton<IExperimentFactory, MadeUpFactory>();
            silo.Services.Configure<WorkerOptions>(options => (options.Slots, options.Faults.MaxDelayMilliseconds) = (workers, 2));
            silo.AddIncomingGrainCallFilter(reports.PassAsync);
            silo.AddMetaTrain();
        });
        IHost host = builder.Build();
        await host.StartAsync(Cancellation);
        return new CoordinatorSilo(host, store, gate, reports);
    }

    /// <summary>Puts a job into the store and has its coordinator start it.</summary>
    public async Task<ICoordinatorGrain> StartJobAsync(JobId job, int iterations, int commitEvery, string evaluation)
    {
        JobRecord record = new()
        {
            Job = job,
            SpecJson = $$"""
                {
                  "name": "{{job}}",
                  "data": { "dataset": "sinusoid" },
                  "model": { "kind": "mlp" },
                  "algorithm": { "kind": "maml" },
                  "meta": { "iterations": {{iterations}}, "tasksPerIteration": 7, "optimizer": "adam" },
                  "checkpoint": { "every": {{commitEvery}} },
                  "evaluation": {{evaluation}}
                }
                """,
            SubmittedAt = TimeProvider.System.GetUtcNow(),
            Order = await Store.Jobs.NextOrderAsync(Cancellation),
        };
        Assert.True(await Store.Jobs.TryCreateAsync(record, Cancellation));
        ICoordinatorGrain coordinator = Coordinator(job);
        await coordinator.EnsureRunningAsync();
        return coordinator;
    }

    public ICoordinatorGrain Coordinator(JobId job) => Grains.GetGrain<ICoordinatorGrain>(job.Value);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
