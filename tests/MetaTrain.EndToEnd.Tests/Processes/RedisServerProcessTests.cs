using System.Net.Sockets;
using System.Text;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Processes;

public sealed class RedisServerProcessTests
{
    [Fact]
    public async Task Data_IsThereAgain_AfterAKillAndANewStart()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using RedisServerProcess server = await RedisServerProcess.StartAsync(cancellation);

        string set = await AskAsync(server, "SET key value", cancellation);
        await server.KillAsync();
        await server.StartAgainAsync(cancellation);
        string got = await AskAsync(server, "GET key", cancellation);

        Assert.Equal("+OK", set);
        Assert.Equal("$5", got);
    }

    private static async Task<string> AskAsync(RedisServerProcess server, string command, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, cancellation);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(cancellation) ?? "";
    }
}
