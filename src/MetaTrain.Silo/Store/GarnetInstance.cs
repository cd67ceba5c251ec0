using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using StackExchange.Redis;
using Tsavorite.core;

namespace MetaTrain.Silo.Store;

/// <summary>One running Garnet over one generation, on a port of loopback.</summary>
internal sealed class GarnetInstance : IDisposable
{
    private const int PortAttempts = 5;
    private readonly GarnetServer _server;

    private GarnetInstance(GarnetServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    /// <summary>Opens a generation and reads what is there.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="memory">The memory for records.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="loggers">For what Garnet has to say.</param>
    /// <exception cref="EmbeddedStoreException">The data cannot be read, or the port is taken.</exception>
    public static GarnetInstance Open(Generation generation, long memory, int port, ILoggerFactory loggers)
    {
        // A port that was free may be taken until it is listened on.
        for (int attempt = 1; ; attempt++)
        {
            int tried = port == 0 ? FreePort() : port;
            GarnetServer? server = null;
            try
            {
                server = new GarnetServer(GarnetConfiguration.Create(generation, memory, tried), loggers);
                server.Start();
                return new GarnetInstance(server, tried);
            }
            catch (Exception e) when (e is SocketException or { InnerException: SocketException })
            {
                server?.Dispose();
                if (port != 0 || attempt == PortAttempts)
                {
                    throw new EmbeddedStoreException($"The store cannot listen on port {tried} of loopback: another process does. Give another with --port, or 0 for any free one.", e);
                }
            }
            catch (Exception e) when (e is GarnetException or TsavoriteException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                server?.Dispose();
                throw new EmbeddedStoreException(
                    $"The store's data in {generation.Path} cannot be opened ({e.Message}): restore the directory from a copy, or give another with --data.", e);
            }
        }
    }

    /// <summary>A connection to it.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
    {
        EndPoints = { { IPAddress.Loopback, Port } },
        ClientName = "metatrain-store",
        AllowAdmin = true,
        AsyncTimeout = (int)TimeSpan.FromMinutes(1).TotalMilliseconds,
    });

    public void Dispose() => _server.Dispose();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (socket.LocalEndPoint as IPEndPoint)?.Port ?? throw new EmbeddedStoreException("The system gave no free port: give one with --port.");
    }
}
