using System.Collections.Concurrent;
using System.Net.Sockets;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Learning.Blocks;
using Microsoft.Extensions.Options;

namespace MetaTrain.Cluster.Transfers;

/// <summary>Fetches the vectors that messages of other silos speak of. Connections are kept: one for each transfer of an address at a time.</summary>
internal sealed class TransferClient(IOptions<TransferOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<(string Host, int Port), ConcurrentBag<Socket>> _idle = new();

    /// <summary>Connections that wait for their next transfer.</summary>
    public int IdleConnections => _idle.Values.Sum(static sockets => sockets.Count);

    /// <summary>The vector, here. What is here already, or small enough to have come along, is not touched.</summary>
    /// <exception cref="IOException">It could not be fetched; its silo must be asked again.</exception>
    public async ValueTask<FloatVector> BringAsync(FloatVector vector)
    {
        if (vector.Ticket is null)
        {
            return vector;
        }

        return new FloatVector(await CopyAsync(vector).ConfigureAwait(false));
    }

    /// <summary>The values in an array of the caller's own.</summary>
    /// <exception cref="IOException">They could not be fetched; their silo must be asked again.</exception>
    public async ValueTask<float[]> CopyAsync(FloatVector vector)
    {
        float[] values = GradientArrays.RentUncleared(vector.Length);
        await CopyAsync(vector, values).ConfigureAwait(false);
        return values;
    }

    /// <summary>Writes the values, straight from the other silo if they are there.</summary>
    /// <param name="vector">What to copy.</param>
    /// <param name="destination">As long as the vector; memory of an array.</param>
    /// <exception cref="IOException">They could not be fetched; their silo must be asked again.</exception>
    public async ValueTask CopyAsync(FloatVector vector, Memory<float> destination)
    {
        if (vector.Length != destination.Length)
        {
            throw new ArgumentException($"A vector of {vector.Length} values does not fit {destination.Length}.", nameof(destination));
        }

        if (vector.Ticket is not { } ticket)
        {
            vector.Memory.CopyTo(destination);
            return;
        }

        try
        {
            await FetchAsync(ticket, FloatBytes.Of(destination)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            throw new IOException($"A vector of {ticket.Length} values could not be fetched from {ticket.Host}:{ticket.Port}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _idle.Values.SelectMany(static sockets => sockets))
        {
            socket.Dispose();
        }
    }

    private async Task FetchAsync(VectorTicket ticket, Memory<byte> values)
    {
        ConcurrentBag<Socket> idle = _idle.GetOrAdd((ticket.Host, ticket.Port), static _ => []);

        // One that was kept may have been closed meanwhile: a new one will do.
        if (idle.TryTake(out Socket? socket) && await TryFetchAsync(socket, ticket, values).ConfigureAwait(false))
        {
            idle.Add(socket);
            return;
        }

        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (CancellationTokenSource patience = new(options.Value.StallTime))
        {
            await ConnectAsync(socket, ticket, patience.Token).ConfigureAwait(false);
        }

        if (!await TryFetchAsync(socket, ticket, values).ConfigureAwait(false))
        {
            throw new IOException("it closed the connection before the first: it does not have the vector any more, or stops.");
        }

        idle.Add(socket);
    }

    private static async Task ConnectAsync(Socket socket, VectorTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(ticket.Host, ticket.Port, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // False when the other side closed the connection before it sent anything: it did so long ago, or does not have the vector.
    private async Task<bool> TryFetchAsync(Socket socket, VectorTicket ticket, Memory<byte> values)
    {
        bool isDone = false;
        try
        {
            byte[] id = new byte[TransferWire.IdBytes];
            ticket.Id.TryWriteBytes(id);
            await TransferWire.SendAllAsync(socket, id, options.Value.StallTime, default).ConfigureAwait(false);
            isDone = await TransferWire.ReceiveAllAsync(socket, values, options.Value.StallTime, default).ConfigureAwait(false);
            return isDone;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            return false;
        }
        finally
        {
            if (!isDone)
            {
                socket.Dispose();
            }
        }
    }
}
