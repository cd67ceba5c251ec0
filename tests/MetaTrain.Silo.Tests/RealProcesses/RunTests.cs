using System.Net;
using System.Net.Sockets;
using MetaTrain.Silo.Hosting;
using MetaTrain.TestKit.Processes;
using StackExchange.Redis;

namespace MetaTrain.Silo.Tests.RealProcesses;

public sealed class RunTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_SaysOneSentence_WhenTheStoreIsNotThere()
    {
        int port = FreePort.Take();
        (int code, IReadOnlyList<string> said) = await RunAsync("--store", $"redis://127.0.0.1:{port}", "--store-wait", "0");

        Assert.Equal(ExitCode.StoreUnreachable, code);
        Assert.Contains($"127.0.0.1:{port}", Assert.Single(said));
    }

    [Fact]
    public async Task Run_SaysOneSentence_WhenAPortIsTaken()
    {
        using TcpListener thief = new(IPAddress.Loopback, 0);
        thief.Start();
        int port = ((IPEndPoint)thief.LocalEndpoint).Port;

        (int code, IReadOnlyList<string> said) = await RunAsync("--gateway-port", $"{port}");

        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith($"--gateway-port {port} is taken", Assert.Single(said));
    }

    [Fact]
    public async Task Run_SaysOneSentence_WhenAnOptionIsWrong()
    {
        (int code, IReadOnlyList<string> said) = await RunAsync("--device", "gpu");

        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Contains("'gpu'", Assert.Single(said));
    }

    [Fact]
    public async Task Run_SaysWhatIsMissing_WhenItsDeviceIsNotThere()
    {
        // No machine has so many GPUs: the sentence says which of the three is missing, the build's CUDA, a GPU, or this one.
        (int code, IReadOnlyList<string> said) = await RunAsync("--device", "cuda:4096");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches("^The device cuda:4096 cannot be computed on: this (build's libtorch computes on the CPU only|machine has no GPU|machine has [0-9]+ GPU).*;", Assert.Single(said));
    }

    [Fact]
    public async Task Run_Ends_WhenItsStoreHasForgottenIt()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(Cancelled);
        await using ChildProcess silo = SiloProgram.Start(
            "run", "--store", redis.Uri, "--workers", "0",
            "--silo-port", $"{FreePort.Take()}", "--gateway-port", $"{FreePort.Take()}", "--http-port", $"{FreePort.Take()}", "--transfer-port", "0");
        await silo.Output.WaitForAsync("is up", SiloProgram.Deadline, Cancelled);
        using (ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration + ",allowAdmin=true"))
        {
            await connection.GetServers()[0].FlushAllDatabasesAsync();
        }

        Assert.Equal(ExitCode.Failed, await silo.WaitForExitAsync(SiloProgram.Deadline, Cancelled));
        Assert.True(silo.Output.ToString().Contains("has no membership row of silo", StringComparison.Ordinal), silo.Transcript);
    }

    [Fact]
    public async Task Run_DrainsAndEnds_OnSigterm()
    {
        Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason);
        await using RedisServerProcess redis = await RedisServerProcess.StartAsync(Cancelled);
        await using ChildProcess silo = SiloProgram.Start(
            "run", "--store", redis.Uri, "--workers", "1",
            "--silo-port", $"{FreePort.Take()}", "--gateway-port", $"{FreePort.Take()}", "--http-port", $"{FreePort.Take()}", "--transfer-port", "0");
        await silo.Output.WaitForAsync("is up", SiloProgram.Deadline, Cancelled);

        silo.Send(UnixSignal.Terminate);

        Assert.Equal(ExitCode.Done, await silo.WaitForExitAsync(SiloProgram.Deadline, Cancelled));
    }

    private static async Task<(int Code, IReadOnlyList<string> Said)> RunAsync(params string[] arguments)
    {
        string[] ports = [$"{FreePort.Take()}", $"{FreePort.Take()}", $"{FreePort.Take()}"];
        await using ChildProcess silo = SiloProgram.Start(
            ["run", "--transfer-port", "0", "--silo-port", ports[0], "--http-port", ports[1], .. arguments.Contains("--gateway-port") ? arguments : [.. arguments, "--gateway-port", ports[2]]]);
        int code = await silo.WaitForExitAsync(SiloProgram.Deadline, Cancelled);
        return (code, [.. silo.Errors.Lines.Where(line => line.Length > 0)]);
    }
}
