namespace MetaTrain.Silo.Hosting;

/// <summary>The exit codes of every verb: the same meanings as the console's.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int StoreUnreachable = 3;
}
