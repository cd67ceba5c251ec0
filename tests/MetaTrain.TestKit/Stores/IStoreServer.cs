namespace MetaTrain.TestKit.Stores;

/// <summary>A store's server in a process of its own, which a test may kill, freeze and start again on the same port and data.</summary>
public interface IStoreServer : IAsyncDisposable
{
    /// <summary>Its address, redis://127.0.0.1:port.</summary>
    string Uri { get; }

    /// <summary>Its port on loopback.</summary>
    int Port { get; }

    /// <summary>SIGKILL.</summary>
    Task KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same port and data.</summary>
    Task StartAgainAsync(CancellationToken cancellationToken);

    /// <summary>Freezes it: connections stay open, nothing answers.</summary>
    void Freeze();

    /// <summary>Lets it go on.</summary>
    void Thaw();
}
