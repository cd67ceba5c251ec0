namespace MetaTrain.TestKit.Processes;

/// <summary>Programs of the machine that a test may need.</summary>
public static class Executable
{
    /// <summary>The first of these programs that is on the PATH; null when none is.</summary>
    public static string? Find(params ReadOnlySpan<string> names)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in names)
        {
            string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
            if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
