namespace MetaTrain.Silo.Local;

internal sealed partial class LocalSupervisor
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} takes work after {Seconds:0.00} s: {Silos} silos of {Workers}")]
    private static partial void LogReady(ILogger logger, string cluster, double seconds, int silos, string workers);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} (process {Id}) takes work")]
    private static partial void LogSiloReady(ILogger logger, string silo, int id);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} drains")]
    private static partial void LogStopping(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} has ended")]
    private static partial void LogStopped(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The announcement of cluster {Cluster} stays in the store, which did not answer; the next cluster replaces it")]
    private static partial void LogNotWithdrawn(ILogger logger, string cluster, Exception exception);
}
