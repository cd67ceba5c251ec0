using System.Net;
using System.Net.Sockets;

namespace MetaTrain.Benchmarks.Transfers;

/// <summary>What loopback TCP does by itself: bytes from a buffer to a buffer, nothing else.</summary>
internal static class RawCopy
{
    /// <summary>A listener on a free loopback port.</summary>
    public static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    /// <summary>A connection to it.</summary>
    public static Socket Connect(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Sends the whole buffer.</summary>
    public static void Send(Socket socket, ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[socket.Send(buffer)..];
        }
    }

    /// <summary>Fills the whole buffer.</summary>
    public static void Receive(Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = socket.Receive(buffer);
            buffer = count > 0 ? buffer[count..] : throw new IOException("The other process ended.");
        }
    }
}
