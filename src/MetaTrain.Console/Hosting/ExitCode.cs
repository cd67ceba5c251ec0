using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;

namespace MetaTrain.Console.Hosting;

/// <summary>The exit codes of the command contract.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int JobFailed = 1;
    public const int WrongUsage = 2;
    public const int Unreachable = 3;
    public const int Unknown = 4;
    public const int Cancelled = 5;
    public const int Interrupted = 130;

    /// <summary>The code of a request that did not succeed.</summary>
    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Refused => WrongUsage,
        FailureKind.Unreachable => Unreachable,
        FailureKind.Unknown => Unknown,
        _ => JobFailed,
    };

    /// <summary>The code of a job that was waited for.</summary>
    public static int Of(JobState state) => state switch
    {
        JobState.Failed => JobFailed,
        JobState.Cancelled => Cancelled,
        _ => Done,
    };
}
