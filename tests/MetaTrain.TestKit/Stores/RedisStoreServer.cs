using MetaTrain.TestKit.Processes;

namespace MetaTrain.TestKit.Stores;

/// <summary>A real redis-server as a store's server.</summary>
public sealed class RedisStoreServer : IStoreServer
{
    private readonly RedisServerProcess _server;

    private RedisStoreServer(RedisServerProcess server) => _server = server;

    /// <inheritdoc/>
    public string Uri => _server.Uri;

    /// <inheritdoc/>
    public int Port => _server.Port;

    /// <summary>Starts one.</summary>
    public static async Task<IStoreServer> StartAsync(CancellationToken cancellationToken) =>
        new RedisStoreServer(await RedisServerProcess.StartAsync(cancellationToken));

    /// <inheritdoc/>
    public Task KillAsync() => _server.KillAsync();

    /// <inheritdoc/>
    public Task StartAgainAsync(CancellationToken cancellationToken) => _server.StartAgainAsync(cancellationToken);

    /// <inheritdoc/>
    public void Freeze() => _server.Freeze();

    /// <inheritdoc/>
    public void Thaw() => _server.Thaw();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
