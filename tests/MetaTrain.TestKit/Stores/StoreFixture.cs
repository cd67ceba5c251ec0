namespace MetaTrain.TestKit.Stores;

/// <summary>One server that the suites of a test collection share; each test takes a key prefix of its own.</summary>
public abstract class StoreFixture : IAsyncLifetime
{
    private IStoreServer? _server;

    /// <summary>Why there can be no server here; null when there can.</summary>
    public virtual string? Missing => null;

    /// <summary>The shared server.</summary>
    public IStoreServer Server => _server ?? throw new InvalidOperationException("The store's server was not started.");

    /// <summary>Starts one more server, for a test that harms it.</summary>
    public abstract Task<IStoreServer> StartServerAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
        {
            _server = await StartServerAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
