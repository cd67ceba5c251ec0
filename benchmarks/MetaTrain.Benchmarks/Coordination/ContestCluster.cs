using System.Diagnostics;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Client.Connections;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>A store, silo processes of the product whose jobs do one and the same work, and a client.</summary>
internal sealed class ContestCluster : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("metatrain-benchmark").FullName;

    private ContestCluster()
    {
    }

    private MetaTrainClient Client { get; set; } = null!;

    /// <summary>Starts one.</summary>
    /// <param name="silos">How many processes.</param>
    /// <param name="workersASilo">How many workers in each.</param>
    /// <param name="work">What jobs do: the name of a workload, or a number of parameters for which nothing is computed.</param>
    public static async Task<ContestCluster> StartAsync(int silos, int workersASilo, string work)
    {
        ContestCluster cluster = new();
        string[] store = ["store", "--data", cluster._directory, "--owner-pipe"];
        string ready = await cluster.RunAsync("MetaTrain.Silo.dll", store, "store ready ");
        string uri = ready["store ready ".Length..].Trim();
        string id = $"benchmark-{Guid.NewGuid():N}";
        for (int silo = 0; silo < silos; silo++)
        {
            await cluster.RunAsync("MetaTrain.Benchmarks.dll", ["silo", uri, id, $"silo-{silo}", $"{workersASilo}", work], "ready");
        }

        cluster.Client = await MetaTrainClient.ConnectAsync(new ClusterAddress.InStore(StoreUri.Parse(uri)));
        return cluster;
    }

    /// <summary>Runs a job; gives iterations/s, from the third second on.</summary>
    public async Task<double> IterationsPerSecondAsync(int tasks, int commitEvery, double seconds)
    {
        string spec = $$"""
            {
              "name": "contest",
              "data": { "dataset": "sinusoid" },
              "model": { "kind": "mlp" },
              "algorithm": { "kind": "maml" },
              "meta": { "iterations": 100000000, "tasksPerIteration": {{tasks}}, "optimizer": "adam" },
              "checkpoint": { "every": {{commitEvery}} }
            }
            """;
        SubmitReply reply = await Client.SubmitAsync(spec);
        JobId job = reply.Job ?? throw new InvalidOperationException(string.Join(' ', reply.Problems));
        while ((await Client.DescribeAsync(job)).Iteration == 0)
        {
            await Task.Delay(50);
        }

        await Task.Delay(TimeSpan.FromSeconds(2));
        (long before, Stopwatch clock) = ((await Client.DescribeAsync(job)).Iteration, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        double rate = ((await Client.DescribeAsync(job)).Iteration - before) / clock.Elapsed.TotalSeconds;
        await Client.CancelAsync(job);
        return rate;
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync();
        }

        // The store last: silos leave their cluster in it.
        foreach (Process process in Enumerable.Reverse(_processes))
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> RunAsync(string program, string[] arguments, string ready)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        Array.ForEach(arguments, start.ArgumentList.Add);
        Process process = Process.Start(start)!;
        _processes.Add(process);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ready, StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return line;
            }
        }

        throw new InvalidOperationException($"{program} ended before it was ready.");
    }
}
