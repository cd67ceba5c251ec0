using System.Text.Json;
using MetaTrain.EndToEnd.Tests.Cluster;
using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Deployment;

/// <summary>A real Prometheus scrapes a real run: every query of every panel of the dashboard gives numbers.</summary>
public sealed class DashboardOnARealRunTests
{
    [Fact]
    public async Task Panels_ShowNumbers_WhileAJobTrains()
    {
        Assert.SkipUnless(PrometheusProcess.IsAvailable, PrometheusProcess.SkipReason);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using TemporaryDirectory data = new("dashboard");
        await using TestCluster cluster = await TestCluster.StartAsync(data.Path, silos: 2, workers: 1);
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync(
            cluster.Description.Silos.Select(static silo => $"127.0.0.1:{silo.HttpPort}"), cancellation);
        string job = await cluster.SubmitAsync(TinySpecs.Glyphs("maml", iterations: 1_000_000, validateEvery: 200));
        await cluster.UntilAsync(job, static status => status.GetProperty("committedIteration").GetInt64() >= 400);

        List<(string Panel, string Expression)> silent = [.. Queries()];
        Assert.NotEmpty(silent);
        for (int second = 0; silent.Count > 0 && second < 60; second++)
        {
            foreach ((string Panel, string Expression) query in silent.ToList())
            {
                IReadOnlyList<double> values = await prometheus.QueryAsync(query.Expression, cancellation);
                if (values.Count > 0 && values.All(double.IsFinite))
                {
                    silent.Remove(query);
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }

        Assert.Empty(silent);
        Assert.Equal(2, Assert.Single(await prometheus.QueryAsync("sum(metatrain_workers)", cancellation)));
        Assert.True(Assert.Single(await prometheus.QueryAsync("sum(rate(metatrain_tasks_total[10s]))", cancellation)) > 0);
        double iteration = Assert.Single(await prometheus.QueryAsync("metatrain_job_iteration", cancellation));
        JsonElement status = await cluster.DescribeAsync(job);
        Assert.InRange(iteration, 400, status.GetProperty("iteration").GetDouble());
    }

    // With the values that Grafana would put in for its variables: all jobs, and a window of a few scrapes.
    private static IEnumerable<(string Panel, string Expression)> Queries()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Manifests.Folder, "base", "grafana", "metatrain.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(static panel => panel.TryGetProperty("targets", out _))
                .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray().Select(target => (
                    panel.GetProperty("title").GetString()!,
                    target.GetProperty("expr").GetString()!
                        .Replace("$__rate_interval", "10s", StringComparison.Ordinal)
                        .Replace("$job", ".*", StringComparison.Ordinal)))),
        ];
    }
}
