namespace MetaTrain.Silo.Health;

/// <summary>/health/live: the process answers. /health/ready: the silo takes work (200), or what it waits for (503).</summary>
/// <remarks>Request delegates: handlers with parameters of their own are compiled as the silo starts, for a tenth of a second.</remarks>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", static context => AnswerAsync(context, StatusCodes.Status200OK, "live"));
        endpoints.MapGet("/health/ready", static async context =>
        {
            Readiness readiness = context.RequestServices.GetRequiredService<Readiness>();
            ReadinessReport report = await readiness.ReportAsync(context.RequestAborted).ConfigureAwait(false);
            await (report.Ready
                ? AnswerAsync(context, StatusCodes.Status200OK, "ready")
                : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, string.Join('\n', report.WaitingFor))).ConfigureAwait(false);
        });
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "text/plain; charset=utf-8");
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
