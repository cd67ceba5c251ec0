using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using StackExchange.Redis;
using Tsavorite.core;

namespace MetaTrain.Silo.Store;

/// <summary>
/// The store that a local cluster brings along: Garnet in this process, on loopback, durable. Run it in a process of its own,
/// so that any silo may die. Start recovers what is there; disposing takes a last checkpoint.
/// </summary>
internal sealed class EmbeddedStore : IAsyncDisposable
{
    private readonly StoreDirectoryLock _lock;
    private readonly GarnetServer _server;
    private readonly ConnectionMultiplexer _connection;
    private readonly StoreMaintenance _maintenance;

    private EmbeddedStore(StoreDirectoryLock directoryLock, GarnetServer server, ConnectionMultiplexer connection, StoreMaintenance maintenance, int port)
    {
        _lock = directoryLock;
        _server = server;
        _connection = connection;
        _maintenance = maintenance;
        Port = port;
    }

    /// <summary>The loopback port.</summary>
    public int Port { get; }

    /// <summary>Its address.</summary>
    public string Uri => $"redis://{IPAddress.Loopback}:{Port}";

    /// <summary>Ends when the store can no longer keep its promises; a store that runs well never completes it.</summary>
    public Task Failure => _maintenance.Completion;

    /// <summary>Starts the store.</summary>
    /// <exception cref="EmbeddedStoreException">It cannot start: the message says why and what to do.</exception>
    public static async Task<EmbeddedStore> StartAsync(EmbeddedStoreOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.Problem is { } problem)
        {
            throw new EmbeddedStoreException(problem);
        }

        StoreDirectoryLock directoryLock = StoreDirectoryLock.Take(options.Directory);
        GarnetServer? server = null;
        ConnectionMultiplexer? connection = null;
        try
        {
            int port = options.Port == 0 ? FreePort() : options.Port;
            server = Open(options, port, loggers);
            connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
            {
                EndPoints = { { IPAddress.Loopback, port } },
                ClientName = "metatrain-store",
                AllowAdmin = true,

                // A checkpoint takes as long as it takes.
                AsyncTimeout = (int)TimeSpan.FromHours(1).TotalMilliseconds,
            });
            var maintenance = new StoreMaintenance(options, connection, time, loggers.CreateLogger<StoreMaintenance>());
            maintenance.Start();
            return new EmbeddedStore(directoryLock, server, connection, maintenance, port);
        }
        catch
        {
            connection?.Dispose();
            server?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _maintenance.DisposeAsync();
            await _connection.DisposeAsync();
        }
        finally
        {
            _server.Dispose();
            _lock.Dispose();
        }
    }

    private static GarnetServer Open(EmbeddedStoreOptions options, int port, ILoggerFactory loggers)
    {
        GarnetServer? server = null;
        try
        {
            server = new GarnetServer(GarnetConfiguration.Create(options, port), loggers);
            server.Start();
            return server;
        }
        catch (SocketException e)
        {
            server?.Dispose();
            throw new EmbeddedStoreException($"The store cannot listen on port {port} of loopback ({e.Message}): give another with --port, or 0 for any free one.", e);
        }
        catch (Exception e) when (e is GarnetException or TsavoriteException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            server?.Dispose();
            throw new EmbeddedStoreException(
                $"The store's data in {options.Directory} cannot be opened ({e.Message}): restore the directory from a copy, or give another with --data.", e);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (socket.LocalEndPoint as IPEndPoint)?.Port ?? throw new EmbeddedStoreException("The system gave no free port: give one with --port.");
    }
}
