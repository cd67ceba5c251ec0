using System.Net;
using System.Net.Sockets;

namespace MetaTrain.Silo.Processes;

/// <summary>Free ports, and whether one is free.</summary>
internal static class Ports
{
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

    /// <summary>Different free ports on loopback, chosen by the system.</summary>
    public static int[] FindFree(int count)
    {
        // All are held until the last is known: the system would hand out a released one again.
        List<Socket> held = [];
        try
        {
            for (int port = 0; port < count; port++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                held.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. held.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }
}
