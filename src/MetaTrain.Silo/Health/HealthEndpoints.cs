namespace MetaTrain.Silo.Health;

/// <summary>/health/live: the process answers. /health/ready: the silo takes work (200), or what it waits for (503).</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", static () => TypedResults.Text("live\n"));
        endpoints.MapGet("/health/ready", static async (Readiness readiness, HttpContext context) =>
        {
            ReadinessReport report = await readiness.ReportAsync(context.RequestAborted).ConfigureAwait(false);
            return TypedResults.Text(
                report.Ready ? "ready\n" : string.Join('\n', report.WaitingFor) + "\n",
                statusCode: report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
