using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MetaTrain.Abstractions.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Transfers;

/// <summary>
/// Gives other silos the vectors that they hold tickets for, straight from the arrays to the sockets, on connections of their own: large
/// vectors neither pass through messages nor hold them up.
/// </summary>
internal sealed partial class TransferServer(TransferOutbox outbox, IOptions<TransferOptions> options, ILogger<TransferServer> logger)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Listens. Comes before the silo joins its cluster, so that whatever it speaks of can be fetched.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = new Socket(options.Value.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(options.Value.Listen, options.Value.Port));
        _listener.Listen();
        outbox.Open(((IPEndPoint)_listener.LocalEndPoint!).Port);
        _accepting = AcceptAsync(_listener);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket connection = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _connections[connection] = Task.CompletedTask;
                _connections.TryUpdate(connection, ServeAsync(connection), Task.CompletedTask);
            }
            catch (OperationCanceledException)
            {
                // The silo leaves.
            }
            catch (SocketException e)
            {
                LogNotAccepted(logger, e);
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            connection.NoDelay = true;
            byte[] id = new byte[TransferWire.IdBytes];

            // An idle connection waits for its next request as long as the silo lives.
            while (await TransferWire.ReceiveAllAsync(connection, id, Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(false))
            {
                Guid wanted = new(id);
                if (outbox.Take(wanted) is not { } vector)
                {
                    LogUnknown(logger, wanted);
                    return;
                }

                await TransferWire.SendAllAsync(connection, FloatBytes.Of(vector.Memory), options.Value.StallTime, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // Whoever wanted the vector, whose array may have been taken this moment, asks its silo again.
            LogBroken(logger, e);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection for transfers could not be accepted")]
    private static partial void LogNotAccepted(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The vector {Id} is not here: the connection that asks for it ends")]
    private static partial void LogUnknown(ILogger logger, Guid id);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A transfer was broken off")]
    private static partial void LogBroken(ILogger logger, Exception exception);
}
