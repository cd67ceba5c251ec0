using System.Diagnostics;
using System.Net;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Silo.Hosting;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.Silo.Tests.RealProcesses;

public sealed class LocalTests : IDisposable
{
    private readonly TemporaryDirectory _data = new("local");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Local_RestartsWhatDies_AndDrainsWhenItsOwnerLetsGo()
    {
        await using ChildProcess supervisor = Start("--silos", "2", "--workers", "1", "--owner-pipe");
        LocalCluster cluster = await ReadyAsync(supervisor);
        LocalSilo silo = cluster.Silos[0];
        await using (ChildProcess second = Start("--owner-pipe"))
        {
            Assert.Equal(ExitCode.WrongUsage, await second.WaitForExitAsync(SiloProgram.Deadline, Cancelled));
            Assert.Contains(_data.Path, Assert.Single(second.Errors.Lines));
        }

        await ShowMetricsAsync(silo.HttpPort);

        Assert.True(UnixSignal.Kill.TrySend(silo.ProcessId));
        await supervisor.Errors.WaitForAsync(
            line => line.Contains("silo-0", StringComparison.Ordinal) && line.Contains("takes work", StringComparison.Ordinal) && !line.Contains($"{silo.ProcessId}", StringComparison.Ordinal),
            "that silo-0 takes work again", SiloProgram.Deadline, Cancelled);
        LocalCluster after = LocalCluster.TryRead(_data.Path)!;
        Assert.True(after.Ready);
        Assert.NotEqual(silo.ProcessId, after.Silos[0].ProcessId);

        Assert.True(UnixSignal.Kill.TrySend(after.StoreProcessId!.Value));
        await supervisor.Errors.WaitForAsync(
            line => line.Contains("store (process", StringComparison.Ordinal) && line.EndsWith("was started", StringComparison.Ordinal)
                && !line.Contains($"{after.StoreProcessId}", StringComparison.Ordinal),
            "that the store was started again", SiloProgram.Deadline, Cancelled);
        after = LocalCluster.TryRead(_data.Path)!;

        supervisor.Input.Close();
        Assert.Equal(ExitCode.Done, await supervisor.WaitForExitAsync(SiloProgram.Deadline, Cancelled));
        Assert.Null(LocalCluster.TryRead(_data.Path));
        Assert.All([after.StoreProcessId!.Value, .. after.Silos.Select(each => each.ProcessId)], process => Assert.False(IsAlive(process)));
        Assert.DoesNotContain("killed", supervisor.Errors.ToString());
    }

    [Fact]
    public async Task Local_TakesOver_WhenItsPredecessorWasKilled()
    {
        LocalCluster killed;
        await using (ChildProcess first = Start("--workers", "0", "--owner-pipe"))
        {
            killed = await ReadyAsync(first);

            // Frozen, the silo cannot notice that its owner is gone.
            Assert.True(UnixSignal.Stop.TrySend(killed.Silos[0].ProcessId));
            first.Send(UnixSignal.Kill);
            await first.WaitForExitAsync(SiloProgram.Deadline, Cancelled);

            await using ChildProcess next = Start("--workers", "0", "--owner-pipe");
            LocalCluster cluster = await ReadyAsync(next);
            Assert.NotEqual(killed.ClusterId, cluster.ClusterId);
            Assert.False(IsAlive(killed.Silos[0].ProcessId));
            Assert.Contains($"Ended silo-0 (process {killed.Silos[0].ProcessId})", next.Errors.ToString());

            next.Send(UnixSignal.Terminate);
            Assert.Equal(ExitCode.Done, await next.WaitForExitAsync(SiloProgram.Deadline, Cancelled));
        }
    }

    [Fact]
    public async Task Local_FailsWithTheSilosSentence_WhenItsStoreIsNotThere()
    {
        int port = FreePort.Take();
        await using ChildProcess supervisor = Start("--workers", "0", "--store", $"redis://127.0.0.1:{port}", "--owner-pipe");

        Assert.Equal(ExitCode.StoreUnreachable, await supervisor.WaitForExitAsync(SiloProgram.Deadline, Cancelled));

        Assert.Contains($"127.0.0.1:{port}", supervisor.Errors.Lines[^1]);
        LocalCluster failed = LocalCluster.TryRead(_data.Path)!;
        Assert.Equal((false, supervisor.Errors.Lines[^1]), (failed.Ready, failed.Failure));
    }

    private ChildProcess Start(params string[] arguments) => SiloProgram.Start(["local", "--data", _data.Path, .. arguments]);

    private async Task<LocalCluster> ReadyAsync(ChildProcess supervisor)
    {
        await supervisor.Errors.WaitForAsync("takes work after", SiloProgram.Deadline, Cancelled);
        LocalCluster cluster = LocalCluster.TryRead(_data.Path)!;
        Assert.True(cluster.Ready);
        Assert.Equal(supervisor.Id, cluster.SupervisorProcessId);
        return cluster;
    }

    private static async Task ShowMetricsAsync(int port)
    {
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Cancelled)).StatusCode);
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready", Cancelled));
        string metrics = await http.GetStringAsync("/metrics", Cancelled);
        Assert.Contains("metatrain_workers{", metrics);
        Assert.Contains("metatrain_device_idle_ratio{", metrics);
        Assert.Contains("orleans_catalog_activations", metrics);
        Assert.Contains("dotnet_process_cpu_time_seconds_total", metrics);
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
