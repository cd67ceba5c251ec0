using Microsoft.Extensions.Hosting;

namespace MetaTrain.Client.Connections;

/// <summary>Orleans asks for an application to stop when it must; a client library has none, and its caller sees failing calls instead.</summary>
internal sealed class NoApplicationLifetime : IHostApplicationLifetime
{
    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication()
    {
    }
}
