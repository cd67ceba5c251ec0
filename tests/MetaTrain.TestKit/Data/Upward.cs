namespace MetaTrain.TestKit.Data;

/// <summary>Looks in the directory of the running tests, and in each above it.</summary>
internal static class Upward
{
    public static string? Find(string name, Func<string, bool> exists)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, name);
            if (exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
