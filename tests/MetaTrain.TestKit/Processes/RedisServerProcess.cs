using MetaTrain.TestKit.Data;

namespace MetaTrain.TestKit.Processes;

/// <summary>
/// A real redis-server on a free loopback port, with an append-only file in a temporary directory, that ends with the test.
/// It can be killed and started again on the same port and data, and frozen.
/// </summary>
public sealed class RedisServerProcess : IAsyncDisposable
{
    /// <summary>Why a test that needs one is skipped.</summary>
    public const string SkipReason = "redis-server is not installed (Debian and Ubuntu: apt-get install redis-server).";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly string? Program = Find();

    private readonly TemporaryDirectory _directory = new("redis");
    private ChildProcess? _process;

    private RedisServerProcess(int port) => Port = port;

    /// <summary>True when the machine has one: <c>Assert.SkipUnless(RedisServerProcess.IsAvailable, RedisServerProcess.SkipReason)</c>.</summary>
    public static bool IsAvailable => Program is not null;

    /// <summary>The loopback port.</summary>
    public int Port { get; }

    /// <summary>For StackExchange.Redis: 127.0.0.1:port.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>For <c>--store</c>: redis://127.0.0.1:port.</summary>
    public string Uri => $"redis://{Configuration}";

    /// <summary>The running process.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("redis-server was killed: start it again first.");

    /// <summary>Starts a server, and returns when it answers.</summary>
    public static async Task<RedisServerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var server = new RedisServerProcess(FreePort.Take());
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

    /// <summary>SIGKILL: what it had not yet written to the append-only file is lost.</summary>
    public async Task KillAsync()
    {
        await Process.DisposeAsync();
        _process = null;
    }

    /// <summary>Starts it again, on the same port and data.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        string program = Program ?? throw new InvalidOperationException(SkipReason);
        _process = ChildProcess.Start(program,
        [
            "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory.Path, "--daemonize", "no",
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
        ]);
        await _process.Output.WaitForAsync("Ready to accept connections", Deadline, cancellationToken);
    }

    /// <summary>Freezes it: connections stay open, nothing answers.</summary>
    public void Freeze() => Process.Send(UnixSignal.Stop);

    /// <summary>Lets it go on.</summary>
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

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);
}
