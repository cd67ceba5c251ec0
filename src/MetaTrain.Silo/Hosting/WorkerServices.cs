using MetaTrain.Cluster;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Silo.Hosting;

/// <summary>Adds the grains, with the silo's options.</summary>
internal static class WorkerServices
{
    public static ISiloBuilder AddWorkers(this ISiloBuilder silo, SiloOptions options)
    {
        silo.Services.Configure<WorkerOptions>(workers =>
        {
            workers.Slots = options.Workers;
            workers.Device = options.Device;
            workers.Portable = options.Arithmetic == Arithmetic.Portable;
            workers.MetricsUrl = new Uri(options.HttpUri, "metrics").ToString();
            workers.Faults = options.Faults;
        });
        silo.Services.Configure<TransferOptions>(transfers =>
        {
            transfers.Listen = options.Listen;
            transfers.Advertise = options.Advertise;
            transfers.Port = options.TransferPort;
        });
        silo.Services.Configure<CoordinationOptions>(coordination => coordination.OwnedJobsOnly = options.OwnedJobsOnly);
        return silo.AddMetaTrain();
    }
}
