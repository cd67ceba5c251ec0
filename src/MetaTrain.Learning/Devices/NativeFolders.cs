namespace MetaTrain.Learning.Devices;

/// <summary>Where native libraries lie beside a program: build output keeps them by platform, a publish for one platform flat.</summary>
internal static class NativeFolders
{
    public static IReadOnlyList<string> Of(NativePlatform platform)
    {
        // The host's own list comes from the program's deps.json.
        string known = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string[] folders = known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string root = AppContext.BaseDirectory;
        return [.. folders.Append(Path.Combine(root, "runtimes", platform.Identifier, "native")).Append(root)
            .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The first file of that name; null when there is none.</summary>
    public static string? Find(IReadOnlyList<string> folders, string fileName) =>
        folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
