using System.Globalization;
using System.Net;
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

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>A silo of the product's grains in this process, over a real store behind a gate; its jobs compute made-up mathematics.</summary>
internal sealed class CoordinatorSilo : IAsyncDisposable
{
    public const string Name = "silo-0";

    private readonly IHost _host;
    private readonly int _port;

    private CoordinatorSilo(IHost host, int port, StoreClient store, StoreGate gate, CallGate calls) =>
        (_host, _port, Store, Gate, Calls) = (host, port, store, gate, calls);

    /// <summary>The store itself, past the gate.</summary>
    public StoreClient Store { get; }

    /// <summary>Before the silo's jobs and checkpoints.</summary>
    public StoreGate Gate { get; }

    /// <summary>Before the silo's grains.</summary>
    public CallGate Calls { get; }

    public IJobQueueGrain Queue => Grains.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key);

    private IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts one.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="workers">How many workers serve jobs by themselves.</param>
    /// <param name="parameters">Of every job.</param>
    /// <param name="joins">The silo whose cluster it joins, by the same gates; null for one of its own.</param>
    public static async Task<CoordinatorSilo> StartAsync(StoreClient store, int workers = 0, int parameters = 5, CoordinatorSilo? joins = null)
    {
        (StoreGate gate, CallGate calls) = (joins?.Gate ?? new StoreGate(), joins?.Calls ?? new CallGate());
        int port = FreePort.Take();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, FreePort.Take(), joins is null ? null : new IPEndPoint(IPAddress.Loopback, joins._port));
            silo.Configure<Orleans.Configuration.SiloOptions>(own => own.SiloName = joins is null ? Name : "silo-1");
            silo.Services.AddStoreExceptions();
            silo.Services.AddSingleton<IJobStore>(new GatedJobStore(store.Jobs, gate));
            silo.Services.AddSingleton<ICheckpointStore>(new GatedCheckpointStore(store.Checkpoints, gate));
            silo.Services.AddSingleton(store.Events);
            silo.Services.AddSingleton(store.Datasets);
            silo.Services.AddSingleton<IExperimentFactory>(new MadeUpFactory(parameters));
            silo.Services.Configure<WorkerOptions>(options => (options.Slots, options.Faults.MaxDelayMilliseconds) = (workers, 2));
            silo.AddIncomingGrainCallFilter(calls.PassAsync);
            silo.AddMetaTrain();
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync(Cancellation);
            return new CoordinatorSilo(host, port, store, gate, calls);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Puts a job into the store and has its coordinator start it.</summary>
    public async Task<ICoordinatorGrain> StartJobAsync(JobId job, int iterations, int commitEvery, string evaluation = """{ "final": { "episodes": 0 } }""", int aggregators = 1, double? clipNorm = null)
    {
        string clip = clipNorm is { } norm ? string.Create(CultureInfo.InvariantCulture, $", \"clipNorm\": {norm}") : "";
        JobRecord record = new()
        {
            Job = job,
            SpecJson = $$"""
                {
                  "name": "{{job}}",
                  "data": { "dataset": "sinusoid" },
                  "model": { "kind": "mlp" },
                  "algorithm": { "kind": "maml" },
                  "meta": { "iterations": {{iterations}}, "tasksPerIteration": 7, "optimizer": "adam"{{clip}} },
                  "checkpoint": { "every": {{commitEvery}} },
                  "resources": { "aggregators": {{aggregators}} },
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
        try
        {
            await _host.StopAsync(CancellationToken.None);
        }
        finally
        {
            _host.Dispose();
        }
    }
}
