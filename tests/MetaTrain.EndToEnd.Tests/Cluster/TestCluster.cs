using System.Diagnostics;
using System.Text.Json;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Cluster;

/// <summary>A local cluster of real processes (<c>metatrain up</c>), ended with the test whatever happens.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _environment;
    private readonly List<string> _store;
    private readonly (int Silos, int Workers) _layout;

    // Disposing the process that started a cluster ends all of it, also what has left its process tree.
    private readonly List<ChildProcess> _starters = [];

    private TestCluster(string data, int silos, int workers, string? store, IReadOnlyDictionary<string, string?>? environment)
    {
        Data = data;
        _layout = (silos, workers);
        _store = store is null ? [] : ["--store", store];
        _environment = new(environment ?? new Dictionary<string, string?>());
    }

    public string Data { get; }

    public LocalCluster Description => LocalCluster.TryRead(Data) ?? throw new InvalidOperationException($"No cluster runs on {Data}.");

    public static async Task<TestCluster> StartAsync(
        string data, int silos, int workers, string? store = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        TestCluster cluster = new(data, silos, workers, store, environment);
        try
        {
            await cluster.UpAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task UpAsync()
    {
        ChildProcess up = Metatrain.Start(
            ["up", "--silos", $"{_layout.Silos}", "--workers", $"{_layout.Workers}", "--data", Data, .. _store], _environment);
        _starters.Add(up);
        int code = await up.WaitForExitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.True(code == 0, up.Transcript);
    }

    public async Task<string> SubmitAsync(string spec)
    {
        string path = Path.Combine(Data, $"{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(path, spec, TestContext.Current.CancellationToken);
        return (await Metatrain.JsonAsync(["submit", path, "--cluster", Data])).GetProperty("job").GetString()!;
    }

    public Task<JsonElement> DescribeAsync(string job) => Metatrain.JsonAsync(["describe", job, "--cluster", Data]);

    /// <summary>Waits for the end of a job through <c>watch</c>.</summary>
    public async Task<JsonElement> WatchAsync(string job, TimeSpan? deadline = null)
    {
        CliResult watch = await Metatrain.RunAsync(["watch", job, "--cluster", Data, "--json"], deadline ?? TimeSpan.FromMinutes(4));
        Assert.True(watch.ExitCode == 0, watch.ToString());
        return watch.Json;
    }

    /// <summary>Asks until a job's state is as wanted.</summary>
    public async Task<JsonElement> UntilAsync(string job, Predicate<JsonElement> wanted, TimeSpan? deadline = null)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(deadline ?? TimeSpan.FromMinutes(2));
        while (true)
        {
            JsonElement status = await DescribeAsync(job);
            if (wanted(status))
            {
                return status;
            }

            Assert.False(patience.IsCancellationRequested, $"Job {job} never came to what the test waits for: {status}");
        }
    }

    /// <summary>SIGKILL to one silo's process.</summary>
    public void KillSilo(string name) => Kill(Description.Silos.Single(silo => silo.Name == name).ProcessId);

    /// <summary>SIGKILL to every process: supervisor first, so that it restarts nothing. Returns when all are gone.</summary>
    public async Task KillEverythingAsync()
    {
        LocalCluster cluster = Description;
        int[] processes = [cluster.SupervisorProcessId, .. cluster.Silos.Select(static silo => silo.ProcessId), .. cluster.StoreProcessId is { } store ? [store] : Array.Empty<int>()];
        foreach (int process in processes)
        {
            Kill(process);
        }

        foreach (int process in processes)
        {
            await WaitUntilGoneAsync(process);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (LocalCluster.TryRead(Data) is not null)
            {
                await Metatrain.RunAsync(["down", "--data", Data], TimeSpan.FromMinutes(1));
            }
        }
        finally
        {
            foreach (ChildProcess starter in _starters)
            {
                await starter.DisposeAsync();
            }
        }
    }

    private static async Task WaitUntilGoneAsync(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }

    // A process that ended by itself in between is as dead as one that was killed.
    private static void Kill(int processId) => UnixSignal.Kill.TrySend(processId);
}
