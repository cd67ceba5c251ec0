namespace MetaTrain.Silo.Processes;

/// <summary>Where a local installation keeps its files.</summary>
internal static class LocalPaths
{
    /// <summary>~/.metatrain.</summary>
    public static string DefaultDataDirectory => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".metatrain");
}
