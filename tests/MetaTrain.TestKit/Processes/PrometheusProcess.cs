using System.Globalization;
using System.Text.Json;
using MetaTrain.TestKit.Data;

namespace MetaTrain.TestKit.Processes;

/// <summary>A real Prometheus on a free loopback port, its data in a temporary directory, that scrapes every second and ends with the test.</summary>
public sealed class PrometheusProcess : IAsyncDisposable
{
    /// <summary>Why a test that needs one is skipped.</summary>
    public const string SkipReason = "prometheus is not installed (Debian and Ubuntu: apt-get install prometheus).";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly string? Program = Executable.Find("prometheus");

    private readonly TemporaryDirectory _directory = new("prometheus");
    private readonly HttpClient _client;
    private readonly int _port = FreePort.Take();
    private ChildProcess? _process;

    private PrometheusProcess() => _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };

    /// <summary>True when the machine has one.</summary>
    public static bool IsAvailable => Program is not null;

    /// <summary>Starts a server that scrapes <c>/metrics</c> of these targets, each host:port, and returns when it answers.</summary>
    public static async Task<PrometheusProcess> StartAsync(IEnumerable<string> targets, CancellationToken cancellationToken)
    {
        var server = new PrometheusProcess();
        try
        {
            await server.StartAsync(string.Join(", ", targets), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of each series that an expression gives now; empty when it gives none.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses the expression.</exception>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _client.GetAsync(
            new Uri("/api/v1/query?query=" + Uri.EscapeDataString(expression), UriKind.Relative), cancellationToken);
        using JsonDocument answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
        return answer.RootElement.GetProperty("status").GetString() == "success"
            ? [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(ValueOf)]
            : throw new InvalidOperationException($"Prometheus refuses '{expression}': {answer.RootElement}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static double ValueOf(JsonElement series) =>
        double.Parse(series.GetProperty("value")[1].GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);

    private async Task StartAsync(string targets, CancellationToken cancellationToken)
    {
        string configuration = _directory.Combine("prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: metatrain
                static_configs: [ { targets: [ {{targets}} ] } ]
            """,
            cancellationToken);
        _process = ChildProcess.Start(Program ?? throw new InvalidOperationException(SkipReason),
        [
            $"--config.file={configuration}", $"--storage.tsdb.path={_directory.Combine("data")}", $"--web.listen-address=127.0.0.1:{_port}",
        ]);
        await _process.Errors.WaitForAsync("Server is ready to receive web requests", Deadline, cancellationToken);
    }
}
