using System.Text;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Queue;

/// <summary>Job ids that people can read and type: the spec's name, and the start of the submission's own id.</summary>
internal static class JobNames
{
    private const int MaxNameLength = 40;

    /// <summary>The same submission has the same id, however often it arrives.</summary>
    public static JobId For(string name, Guid submission)
    {
        StringBuilder slug = new();
        foreach (char c in name.ToLowerInvariant().Take(MaxNameLength))
        {
            slug.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        }

        return new JobId($"{slug.ToString().Trim('-')}-{submission.ToString("N")[..8]}");
    }

    /// <summary>What metrics call a job: the spec's name, which stays the same from one submission to the next.</summary>
    public static string LabelOf(JobId job) => job.Value.LastIndexOf('-') is var dash and > 0 ? job.Value[..dash] : job.Value;
}
