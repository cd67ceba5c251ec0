using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Silo.Tests.Telemetry;

public sealed class MetricsServicesTests
{
    [Fact]
    public async Task Metrics_HaveTheNamesThatDashboardsAskFor()
    {
        string metrics = await ScrapeAsync(TestContext.Current.CancellationToken);

        string[] series =
        [
            "metatrain_iterations_total{", "metatrain_tasks_total{", "metatrain_meta_loss{", "metatrain_meta_accuracy{",
            "metatrain_validation_accuracy{", "metatrain_job_iteration{", "metatrain_job_committed_iteration{", "metatrain_job_target_iterations{",
            "metatrain_job_epoch{", "metatrain_leases{", "metatrain_commits_total{", "metatrain_commit_seconds_bucket{", "metatrain_commit_bytes_bucket{",
            "metatrain_iteration_seconds_bucket{", "metatrain_block_compute_seconds_bucket{", "metatrain_parameters_pull_seconds_bucket{",
            "metatrain_device_busy_seconds_total{", "metatrain_device_idle_ratio{",
        ];
        Assert.All(series, name => Assert.Contains($"\n{name}", metrics));
        Assert.Matches("""metatrain_blocks_total\{[^}]*job_name="maml"[^}]*outcome="accepted"\} 1""", metrics);
        Assert.Matches("""metatrain_blocks_reissued_total\{[^}]*reason="worker_lost"\} 1""", metrics);
        Assert.Matches("""metatrain_workers\{[^}]*state="computing"\} 1""", metrics);
        Assert.Matches("""metatrain_queue_jobs\{[^}]*state="running"\} 1""", metrics);
        Assert.Matches("""metatrain_commit_seconds_bucket\{[^}]*le="0.0005"\} 0""", metrics);
        Assert.Matches("""metatrain_commit_seconds_bucket\{[^}]*le="0.005"\} 1""", metrics);
    }

    private static async Task<string> ScrapeAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<ClusterInstruments>().AddPrometheusMetrics();
        await using WebApplication application = builder.Build();
        application.MapPrometheusScrapingEndpoint("/metrics");
        await application.StartAsync(cancellationToken);
        Record(application.Services.GetRequiredService<ClusterInstruments>());

        using HttpClient http = new();
        return await http.GetStringAsync(new Uri(new Uri(application.Urls.Single()), "/metrics"), cancellationToken);
    }

    private static void Record(ClusterInstruments instruments)
    {
        const string Job = "maml";
        TimeSpan elapsed = TimeSpan.FromMilliseconds(4);
        instruments.CoordinatorStarted(Job, epoch: 1, iteration: 0, iterations: 100);
        instruments.IterationStepped(Job, 1, tasks: 32, metaLoss: 1.5, metaAccuracy: 0.5, elapsed);
        instruments.Validated(Job, 0.75);
        instruments.LeasesChanged(Job, 2);
        instruments.BlockReturned(Job, BlockOutcome.Accepted);
        instruments.BlockReissued(Job, ReissueReason.WorkerLost);
        instruments.Committed(Job, 1, 1000, elapsed);
        instruments.ParametersPulled(Job, elapsed);
        instruments.WorkerChanged(0, WorkerActivity.Computing);
        instruments.BlockStarted(0);
        instruments.BlockComputed(0, Job, elapsed);
        instruments.QueueChanged([KeyValuePair.Create(JobState.Running, 1)]);
    }
}
