using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Silo.Hosting;

/// <summary>Tells the store which cluster runs, for clients that know nothing but the store.</summary>
internal sealed class Announcement(IClusterRegistry registry, SiloOptions options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => registry.AnnounceAsync(options.ClusterId, cancellationToken);

    // Other silos of the cluster may go on: whoever ends the whole cluster withdraws it.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
