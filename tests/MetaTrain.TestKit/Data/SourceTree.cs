namespace MetaTrain.TestKit.Data;

/// <summary>The repository that the running tests were built from.</summary>
public static class SourceTree
{
    /// <summary>The directory of Cluster.sln.</summary>
    public static string Root { get; } = Path.GetDirectoryName(Upward.Find("Cluster.sln", File.Exists))
        ?? throw new InvalidOperationException($"There is no Cluster.sln above {AppContext.BaseDirectory}: run the tests from their build output.");

    /// <summary>How the running tests were built: Debug or Release.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release") ? "Release" : "Debug";

    /// <summary>The path of something in it.</summary>
    public static string Combine(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Where a project's build output lies, for instance of src/MetaTrain.Silo, in the running tests' configuration.</summary>
    public static string OutputOf(string project) => Path.Combine([Root, .. project.Split('/'), "bin", Configuration, "net10.0"]);
}
