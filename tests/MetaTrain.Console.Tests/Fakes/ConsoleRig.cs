using System.Text.Json.Nodes;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Tests.Fakes;

/// <summary>The whole console on a scripted cluster: its command line, its streams, its exit code.</summary>
internal sealed class ConsoleRig : IClusterGateway, IAsyncDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly ConsoleLog _log;

    public ConsoleRig() => _log = new ConsoleLog(Folder.Path, Cluster.Time);

    public FakeCluster Cluster { get; } = new();

    public FakeLauncher Launcher { get; } = new();

    public TemporaryFolder Folder { get; } = new();

    public Interrupts Interrupts { get; } = new();

    /// <summary>Why no connection comes about.</summary>
    public Exception? Unreachable { get; set; }

    /// <summary>The clusters that were connected to.</summary>
    public List<ClusterAddress> Connections { get; } = [];

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string LogPath => _log.Path;

    /// <summary>Runs a command on this rig's data directory.</summary>
    public Task<int> RunAsync(params string[] args) => RunPlainAsync([.. args, "--data", Folder.Path]);

    /// <summary>Runs a command line as it is.</summary>
    public Task<int> RunPlainAsync(params string[] args)
    {
        var host = new ConsoleHost
        {
            Output = new ConsoleOutput(_out, _error),
            Clusters = this,
            Launcher = Launcher,
            Time = Cluster.Time,
            Variable = _ => null,
            Interrupts = Interrupts,
        };
        return Cluster.RunAsync(ConsoleProgram.RunAsync(args, host, _log));
    }

    /// <summary>The one document on stdout: nothing may stand before or after it.</summary>
    public JsonObject Document() => JsonNode.Parse(Out)!.AsObject();

    /// <summary>Writes a spec that reads well.</summary>
    public string WriteSpec()
    {
        File.WriteAllText(Folder.File("spec.yaml"), """
            name: glyphs
            data: { dataset: glyphs, ways: 5, shots: 1, queries: 1 }
            model: { kind: conv4, filters: 32 }
            algorithm: { kind: protonet }
            meta: { iterations: 100, tasksPerIteration: 8, optimizer: adam, learningRate: 0.001 }
            """);
        return Folder.File("spec.yaml");
    }

    Task IClusterGateway.PrepareAsync() => Task.CompletedTask;

    Task<MetaTrainClient> IClusterGateway.ConnectAsync(ClusterAddress address, CancellationToken cancellationToken)
    {
        Connections.Add(address);
        return Unreachable is { } failure ? Task.FromException<MetaTrainClient>(failure) : Task.FromResult(Cluster.Client());
    }

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        await _out.DisposeAsync();
        await _error.DisposeAsync();
        Interrupts.Dispose();
        Folder.Dispose();
        await Cluster.DisposeAsync();
    }
}
