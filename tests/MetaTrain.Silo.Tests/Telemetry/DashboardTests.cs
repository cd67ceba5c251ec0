using System.Text.Json;
using System.Text.RegularExpressions;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Silo.Telemetry;
using MetaTrain.TestKit.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Tests.Telemetry;

/// <summary>Every series that the dashboard in deploy/k8s asks for is one that /metrics offers, with the labels it is asked by.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Dashboard = File.ReadAllText(SourceTree.Combine("deploy", "k8s", "base", "grafana", "metatrain.json"));

    [Fact]
    public async Task Panels_AskForWhatIsExported_WhenEverythingHasHappenedOnce()
    {
        Dictionary<string, HashSet<string>> exported = LabelsBySeries(await ScrapeAsync());
        string[] expressions = [.. Expressions()];
        Assert.NotEmpty(expressions);

        Assert.All(expressions, expression => Assert.NotEmpty(Series().Matches(expression)));
        Assert.All(expressions.SelectMany(expression => Series().Matches(expression)), match =>
        {
            Assert.True(exported.TryGetValue(match.Groups["name"].Value, out HashSet<string>? labels), $"{match.Groups["name"].Value} is not exported.");
            Assert.All(LabelNames().Matches(match.Groups["labels"].Value), label => Assert.Contains(label.Groups["name"].Value, labels));
        });
    }

    [Fact]
    public void Panels_AskTheChosenDataSource_WhateverItIsCalled()
    {
        using var dashboard = JsonDocument.Parse(Dashboard);

        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];

        Assert.True(panels.Length >= 6);
        Assert.All(panels, panel => Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel => Assert.NotEqual("", panel.GetProperty("description").GetString()));
    }

    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(Dashboard);
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (JsonElement target in panel.TryGetProperty("targets", out JsonElement targets) ? targets.EnumerateArray() : default)
            {
                yield return target.GetProperty("expr").GetString()!;
            }
        }
    }

    private static async Task<string> ScrapeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddPrometheusMetrics();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<ClusterInstruments>();
        await using WebApplication application = builder.Build();
        application.MapPrometheusScrapingEndpoint("/metrics");
        await application.StartAsync(TestContext.Current.CancellationToken);
        Happen(application.Services.GetRequiredService<ClusterInstruments>());
        using var client = new HttpClient();
        return await client.GetStringAsync(application.Urls.Single() + "/metrics", TestContext.Current.CancellationToken);
    }

    private static void Happen(ClusterInstruments instruments)
    {
        const string Job = "a-job";
        instruments.CoordinatorStarted(Job, epoch: 1, iteration: 0, iterations: 10);
        instruments.IterationStepped(Job, 1, 4, 1.5, 0.25, TimeSpan.FromSeconds(1));
        instruments.Validated(Job, 0.5);
        instruments.BlockReturned(Job, BlockOutcome.Accepted);
        instruments.BlockReissued(Job, ReissueReason.Expired);
        instruments.LeasesChanged(Job, 2);
        instruments.Committed(Job, 1, 1000, TimeSpan.FromSeconds(1));
        instruments.ParametersPulled(Job, TimeSpan.FromSeconds(1));
        instruments.WorkerChanged(0, WorkerActivity.Computing);
        instruments.DeviceFound("cpu", () => 1000);
        instruments.BlockStarted(0);
        instruments.BlockComputed(0, Job, TimeSpan.FromSeconds(1));
        instruments.QueueChanged([KeyValuePair.Create(JobState.Running, 1), KeyValuePair.Create(JobState.Queued, 0)]);
    }

    private static Dictionary<string, HashSet<string>> LabelsBySeries(string metrics) => metrics.Split('\n')
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => Sample().Match(line))
        .GroupBy(match => match.Groups["name"].Value)
        .ToDictionary(group => group.Key, group => group.SelectMany(match => LabelNames().Matches(match.Groups["labels"].Value).Select(label => label.Groups["name"].Value)).ToHashSet());

    [GeneratedRegex(@"\b(?<name>metatrain_[a-z_]+)(\{(?<labels>[^}]*)\})?")]
    private static partial Regex Series();

    [GeneratedRegex(@"^(?<name>[A-Za-z_:][A-Za-z0-9_:]*)(\{(?<labels>[^}]*)\})?")]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<name>[a-z_]+)=~?""")]
    private static partial Regex LabelNames();
}
