using System.Net;
using System.Net.Sockets;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Tests.Processes;

public sealed class PortsTests
{
    [Fact]
    public void IsFree_IsFalse_EvenForAListenerThatSharesItsAddress()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        Assert.False(Ports.IsFree(IPAddress.Loopback, port));
        socket.Close();
        Assert.True(Ports.IsFree(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task IsFree_IsTrue_RightAfterAConnectionWasServedThere()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        using (Socket served = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            // The side that closes first keeps the address for a minute.
            served.Shutdown(SocketShutdown.Both);
        }

        listener.Stop();

        Assert.True(Ports.IsFree(IPAddress.Loopback, port));
    }

    [Fact]
    public void FindFree_GivesDifferentPorts()
    {
        int[] ports = Ports.FindFree(20);

        Assert.Equal(20, ports.Distinct().Count());
        Assert.All(ports, port => Assert.True(Ports.IsFree(IPAddress.Loopback, port)));
    }
}
