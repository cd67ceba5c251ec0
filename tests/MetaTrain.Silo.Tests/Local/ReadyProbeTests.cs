using System.Net;
using System.Net.Sockets;
using System.Text;
using MetaTrain.Silo.Local;
using MetaTrain.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Silo.Tests.Local;

public sealed class ReadyProbeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", true)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", false)]
    [InlineData("HTTP", false)]
    [InlineData("", false)]
    public async Task IsReady_IsTrue_ForA200Only(string answer, bool expected)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        Task<string> serving = ServeAsync(server, answer);

        Assert.Equal(expected, await ReadyProbe.IsReadyAsync(((IPEndPoint)server.LocalEndpoint).Port, Cancelled));
        Assert.StartsWith("GET /health/ready HTTP/1.1\r\n", await serving);
    }

    [Fact]
    public async Task IsReady_IsFalse_WhenNobodyListens() => Assert.False(await ReadyProbe.IsReadyAsync(FreePort.Take(), Cancelled));

    [Fact]
    public async Task UntilReady_AsksAgain_AfterAPause()
    {
        FakeTimeProvider time = new();
        int asked = 0;
        Task ready = ReadyProbe.UntilReadyAsync(_ => Task.FromResult(++asked == 3), time, Cancelled);
        Assert.Equal(1, asked);
        time.Advance(ReadyProbe.Pause);
        Assert.False(ready.IsCompleted);
        time.Advance(ReadyProbe.Pause);

        await ready;
        Assert.Equal(3, asked);
    }

    private static async Task<string> ServeAsync(TcpListener server, string answer)
    {
        using Socket socket = await server.AcceptSocketAsync(Cancelled);
        byte[] request = new byte[1024];
        int length = await socket.ReceiveAsync(request, Cancelled);
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer), Cancelled);
        socket.Shutdown(SocketShutdown.Both);
        return Encoding.ASCII.GetString(request, 0, length);
    }
}
