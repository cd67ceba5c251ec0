using System.Diagnostics;
using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Console.LocalClusters;

/// <summary>The supervisor as a child: its standard input is the leash at which it hangs.</summary>
internal sealed class SupervisorProcess : ILocalCluster
{
    // The supervisor gives its silos 30 s and then its store 20 s; what takes longer hangs.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly bool _detached;
    private readonly string _dataDirectory;

    public SupervisorProcess(Process process, LocalClusterOptions options)
    {
        _process = process;
        _detached = options.Detached;
        _dataDirectory = options.DataDirectory;
        Ended = WaitAsync(process);
    }

    public LocalCluster Description
    {
        get => field ?? throw new InvalidOperationException("The cluster is not ready yet.");
        set;
    }

    public Task<string> Ended { get; }

    public int ExitCode => _process.ExitCode;

    public Task<bool> StopAsync() => _detached ? Task.FromResult(true) : EndAsync();

    /// <summary>Ends the cluster, also one that was to stay: it never got ready. False when it had to be killed.</summary>
    public async Task<bool> EndAsync()
    {
        if (_process.HasExited)
        {
            return true;
        }

        if (_detached)
        {
            SupervisorSignal.Terminate(_process.Id);
        }
        else
        {
            _process.StandardInput.Close();
        }

        using var timeout = new CancellationTokenSource(DrainTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            KillAll();
            return false;
        }
    }

    public void Kill()
    {
        if (!_detached && !_process.HasExited)
        {
            KillAll();
        }
    }

    private void KillAll()
    {
        // Read before the kill: a silo that was just restarted may be nobody's child by then.
        LocalCluster? cluster = LocalCluster.TryRead(_dataDirectory);
        _process.Kill(entireProcessTree: true);
        foreach (int id in cluster?.Silos.Select(silo => (int?)silo.ProcessId).Append(cluster.StoreProcessId).OfType<int>() ?? [])
        {
            KillLeftover(id);
        }
    }

    private static void KillLeftover(int processId)
    {
        try
        {
            using var leftover = Process.GetProcessById(processId);
            leftover.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended with its supervisor, as it should.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    /// <summary>The last line that the process wrote, once it has ended.</summary>
    private static async Task<string> WaitAsync(Process process)
    {
        Task<string> output = LastLineAsync(process.StandardOutput);
        Task<string> errors = LastLineAsync(process.StandardError);
        await process.WaitForExitAsync();
        return await errors is { Length: > 0 } said ? said : await output;
    }

    private static async Task<string> LastLineAsync(StreamReader reader)
    {
        string last = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            last = line.Trim().Length > 0 ? line.Trim() : last;
        }

        return last;
    }
}
