using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client;
using MetaTrain.Client.Connections;

namespace MetaTrain.Console.Doctor;

/// <summary>Whether the data directory can be used, and whether a cluster runs on it.</summary>
internal static class DirectoryCheck
{
    private const string Check = "data directory";

    public static (Finding Finding, LocalCluster? Running) Run(string directory, Func<int, DateTimeOffset, bool> isAlive)
    {
        if (!Directory.Exists(directory))
        {
            return (Finding.Good(Check, $"{directory} is not there yet; the first cluster makes it"), null);
        }

        if (WhyNotWritable(directory) is { } why)
        {
            return (Finding.Bad(Check, $"{directory} cannot be written: {why}", "Give yourself the right to write there, or name another with --data DIR."), null);
        }

        try
        {
            return ClusterLocator.ReadDirectory(directory) switch
            {
                null => (Finding.Good(Check, $"{directory} can be written; no cluster runs on it"), null),
                { Failure: { } failure } => (Finding.Warning(Check, $"the last cluster on {directory} did not start: {failure}", "Follow its remedy and start again."), null),
                var cluster when isAlive(cluster.SupervisorProcessId, cluster.SupervisorStartedAt) =>
                    (Finding.Good(Check, $"the cluster '{cluster.ClusterId}' runs on {directory} (process {cluster.SupervisorProcessId})"), cluster),
                var stale => (Finding.Warning(
                    Check,
                    $"{directory} holds a stale {LocalCluster.FileName}: its supervisor (process {stale.SupervisorProcessId}) is gone",
                    "Nothing is lost: the next 'metatrain up' or 'train --resume JOB' goes on from the last commits."), null),
            };
        }
        catch (MetaTrainException damaged)
        {
            return (Finding.Bad(Check, damaged.Message, $"Remove {LocalCluster.FileName} from {directory}."), null);
        }
    }

    private static string? WhyNotWritable(string directory)
    {
        string probe = Path.Combine(directory, $".doctor-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message.TrimEnd('.');
        }
    }
}
