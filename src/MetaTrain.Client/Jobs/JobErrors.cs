using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Jobs;

/// <summary>The sentences about jobs that more than one request needs.</summary>
internal static class JobErrors
{
    public static MetaTrainException Unknown(JobId job) =>
        new(FailureKind.Unknown, $"There is no job '{job}' in this cluster: 'metatrain list' shows those that there are.");

    /// <summary>What a cluster would not do, in its own words.</summary>
    public static MetaTrainException Refused(JobId job, string? failure) =>
        new(FailureKind.Refused, failure ?? $"The job '{job}' refused without a reason: look at 'metatrain logs {job}'.");
}
