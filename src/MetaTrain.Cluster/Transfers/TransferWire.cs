using System.Net.Sockets;

namespace MetaTrain.Cluster.Transfers;

/// <summary>
/// What silos say to each other on a connection for transfers. Whoever connects sends 16 bytes, a ticket's id; the answer is the vector's values
/// as they lie, whose number the ticket told, or the end of the connection. Any number of times, one after the other.
/// </summary>
internal static class TransferWire
{
    public const int IdBytes = 16;

    /// <summary>Receives so many bytes. False when the other side closed before the first.</summary>
    /// <param name="socket">From where.</param>
    /// <param name="target">Where to.</param>
    /// <param name="stall">Ends the transfer when nothing came for so long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketException">The connection broke before the first.</exception>
    /// <exception cref="IOException">It was closed, or broke, after the first.</exception>
    public static async ValueTask<bool> ReceiveAllAsync(Socket socket, Memory<byte> target, TimeSpan stall, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int received = 0; received < target.Length;)
        {
            patience.CancelAfter(stall);
            int count;
            try
            {
                count = await socket.ReceiveAsync(target[received..], SocketFlags.None, patience.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (received > 0)
            {
                throw new IOException($"The connection broke after {received} of {target.Length} bytes: {e.Message}", e);
            }

            if (count == 0)
            {
                return received == 0 ? false : throw new IOException($"The connection was closed after {received} of {target.Length} bytes.");
            }

            received += count;
        }

        return true;
    }

    /// <summary>Sends all bytes.</summary>
    public static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> source, TimeSpan stall, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int sent = 0; sent < source.Length;)
        {
            patience.CancelAfter(stall);
            sent += await socket.SendAsync(source[sent..], SocketFlags.None, patience.Token).ConfigureAwait(false);
        }
    }
}
