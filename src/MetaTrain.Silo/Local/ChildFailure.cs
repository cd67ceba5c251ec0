namespace MetaTrain.Silo.Local;

/// <summary>Why a process of the cluster was given up.</summary>
/// <param name="Sentence">What, and the remedy.</param>
/// <param name="ExitCode">What the supervisor ends with.</param>
internal sealed record ChildFailure(string Sentence, int ExitCode)
{
    public static ChildFailure Of(string name, string log, ChildExit exit)
    {
        // These codes come with a sentence on standard error; a crash leaves a stack trace there, which is for the log.
        bool explained = exit is { Code: Hosting.ExitCode.Failed or Hosting.ExitCode.WrongUsage or Hosting.ExitCode.StoreUnreachable, LastWords.Length: > 0 };
        return new ChildFailure(
            explained ? exit.LastWords : $"Process {name} of the local cluster keeps ending (exit code {exit.Code}): its log {log} says why.",
            exit.Code == Hosting.ExitCode.StoreUnreachable ? Hosting.ExitCode.StoreUnreachable : Hosting.ExitCode.Failed);
    }
}
