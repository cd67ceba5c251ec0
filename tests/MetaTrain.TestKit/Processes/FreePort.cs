using System.Net;
using System.Net.Sockets;

namespace MetaTrain.TestKit.Processes;

/// <summary>
/// Loopback ports that nobody listens on. They lie below the range that systems give to outgoing connections, and are not given
/// twice by one process; processes that run at once start their search at different places.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int Next = (int)((uint)Environment.ProcessId * 397u % Count);

    /// <summary>A port for the caller's use.</summary>
    public static int Take()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            int port = First + ((Interlocked.Increment(ref Next) & int.MaxValue) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"All loopback ports from {First} to {First + Count - 1} are in use.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
