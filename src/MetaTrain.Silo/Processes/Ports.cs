using System.Net;
using System.Net.Sockets;

namespace MetaTrain.Silo.Processes;

/// <summary>Free ports, and whether one is free.</summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Count = 10_000;

    // Processes that search at the same time begin at different places.
    private static int Next = (int)((uint)Environment.ProcessId * 397u % Count);

    /// <summary>
    /// Whether nobody listens there. Orleans' own listener shares addresses, so that two silos on one port would both start
    /// on Linux and each get half of the connections: look before it binds.
    /// </summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }

    /// <summary>
    /// Free ports on loopback, no one twice. They lie below the range from which systems take the ports of outgoing connections:
    /// one of those could be gone before the process that it is meant for has bound it.
    /// </summary>
    public static int[] FindFree(int count)
    {
        int[] found = [.. Candidates().Where(port => IsFree(IPAddress.Loopback, port)).Take(count)];
        return found.Length == count
            ? found
            : throw new InvalidOperationException($"Fewer than {count} of the loopback ports from {First} to {First + Count - 1} are free: end what uses them.");
    }

    private static IEnumerable<int> Candidates()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            yield return First + ((Interlocked.Increment(ref Next) & int.MaxValue) % Count);
        }
    }
}
