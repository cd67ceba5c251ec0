using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.TestKit.Stores;

/// <summary>The embedded store as a store's server: the silo's program with the verb <c>store</c>, in a process of its own.</summary>
public sealed class EmbeddedStoreServer : IStoreServer
{
    private const string Ready = "store ready redis://";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly TemporaryDirectory _directory = new("store");
    private readonly string _program;
    private readonly string[] _arguments;
    private ChildProcess? _process;

    private EmbeddedStoreServer(string program, string[] arguments) => (_program, _arguments) = (program, arguments);

    /// <inheritdoc/>
    public string Uri => $"redis://127.0.0.1:{Port}";

    /// <inheritdoc/>
    public int Port { get; private set; }

    /// <summary>Where its data lies.</summary>
    public string DataDirectory => Path.Combine(_directory.Path, "data");

    /// <summary>The running process.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("The store was killed: start it again first.");

    /// <summary>Starts one.</summary>
    /// <param name="program">The silo's MetaTrain.Silo.dll.</param>
    /// <param name="cancellationToken">The test's.</param>
    /// <param name="arguments">Further arguments of the verb.</param>
    public static async Task<EmbeddedStoreServer> StartAsync(string program, CancellationToken cancellationToken, params string[] arguments)
    {
        var server = new EmbeddedStoreServer(program, arguments);
        try
        {
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        await Process.DisposeAsync();
        _process = null;
    }

    /// <inheritdoc/>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        _process = ChildProcess.StartDotnet([_program, "store", "--data", DataDirectory, "--port", $"{Port}", .. _arguments]);
        string line = await _process.Output.WaitForAsync(Ready, Deadline, cancellationToken);
        Port = int.Parse(line[(line.LastIndexOf(':') + 1)..]);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Process.Send(UnixSignal.Terminate);
        int code = await Process.WaitForExitAsync(Deadline, cancellationToken);
        await KillAsync();
        return code;
    }

    /// <inheritdoc/>
    public void Freeze() => Process.Send(UnixSignal.Stop);

    /// <inheritdoc/>
    public void Thaw() => Process.Send(UnixSignal.Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }

        _directory.Dispose();
    }
}
