namespace MetaTrain.Console.LocalClusters;

/// <summary>Where local clusters keep their data.</summary>
internal static class DataDirectory
{
    private const string Variable = "METATRAIN_DATA";

    /// <summary>What the user says, else what the environment says, else <c>~/.metatrain</c>.</summary>
    public static string Resolve(string? given, Func<string, string?> variable) =>
        Path.GetFullPath(given is { Length: > 0 } ? given : variable(Variable) is { Length: > 0 } set ? set : Standard());

    /// <summary>What --data says in a command line that may be wrong elsewhere; null when it says nothing.</summary>
    public static string? In(string[] args)
    {
        int index = Array.IndexOf(args, "--data");
        return index >= 0 && index + 1 < args.Length
            ? args[index + 1]
            : args.FirstOrDefault(each => each.StartsWith("--data=", StringComparison.Ordinal))?["--data=".Length..];
    }

    /// <summary>The directory as people write it.</summary>
    public static string Display(string directory)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 1 && directory.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? "~" + directory[home.Length..]
            : directory;
    }

    private static string Standard() => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".metatrain");
}
