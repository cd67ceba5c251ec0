using MetaTrain.Cluster.Telemetry;
using OpenTelemetry.Metrics;

namespace MetaTrain.Silo.Telemetry;

/// <summary>/metrics: our own meter, Orleans' and the runtime's, for Prometheus.</summary>
internal static class MetricsServices
{
    private const string OrleansMeter = "Microsoft.Orleans";
    private const string RuntimeMeter = "System.Runtime";
    private const string ServerMeter = "Microsoft.AspNetCore.Server.Kestrel";

    public static IServiceCollection AddPrometheusMetrics(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(ClusterInstruments.MeterName, OrleansMeter, RuntimeMeter, ServerMeter)
            .AddPrometheusExporter());
        return services;
    }
}
