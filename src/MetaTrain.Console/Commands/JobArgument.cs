using System.Collections.Immutable;
using System.CommandLine;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;

namespace MetaTrain.Console.Commands;

/// <summary>The argument JOB: a job's id, or the beginning of one, or a spec's name, as long as it means one job.</summary>
internal static class JobArgument
{
    private const int MostNamed = 5;

    public static Argument<string> Create() => new("JOB") { Description = "The job: its id, or a beginning of it, or its name." };

    /// <summary>The job that is meant.</summary>
    /// <exception cref="MetaTrainException">There is none, or more than one.</exception>
    public static async Task<JobStatus> ResolveAsync(MetaTrainClient client, string text, CancellationToken cancellationToken)
    {
        if (await client.TryDescribeAsync(new JobId(text), cancellationToken) is { } exact)
        {
            return exact;
        }

        ImmutableArray<JobStatus> jobs = await client.ListAsync(cancellationToken);
        JobId meant = Choose([.. jobs.Select(each => (each.Job, each.Name))], text);
        return jobs.Single(each => each.Job == meant);
    }

    internal static JobId Choose(IReadOnlyList<(JobId Job, string Name)> jobs, string text)
    {
        JobId[] meant = [.. jobs.Where(each => each.Job.Value.StartsWith(text, StringComparison.OrdinalIgnoreCase) || each.Name == text).Select(each => each.Job)];
        return meant switch
        {
            [var one] => one,
            [] => throw new MetaTrainException(FailureKind.Unknown, $"There is no job '{text}' in this cluster: {Others(jobs)}"),
            _ => throw new MetaTrainException(
                FailureKind.Unknown, $"'{text}' means {meant.Length} jobs: name one of {string.Join(", ", meant.TakeLast(MostNamed))}."),
        };
    }

    private static string Others(IReadOnlyList<(JobId Job, string Name)> jobs) => jobs.Count switch
    {
        0 => "it has none yet; 'metatrain submit SPEC' or 'metatrain train' makes one.",
        <= MostNamed => $"there is {string.Join(", ", jobs.Select(each => each.Job))}.",
        _ => $"the latest are {string.Join(", ", jobs.TakeLast(MostNamed).Select(each => each.Job))}; 'metatrain list' shows all.",
    };
}
