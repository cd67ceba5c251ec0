namespace MetaTrain.TestKit.Data;

/// <summary>The data that lies beside the repository, in ../shared/data: not part of it, so tests that need it skip without it.</summary>
public static class SharedData
{
    /// <summary>Why a test that needs it is skipped.</summary>
    public const string SkipReason = "The directory ../shared/data is not beside the repository.";

    private static readonly string? Found = Upward.Find(Path.Combine("shared", "data"), Directory.Exists);

    /// <summary>True when it is there: <c>Assert.SkipUnless(SharedData.IsAvailable, SharedData.SkipReason)</c>.</summary>
    public static bool IsAvailable => Found is not null;

    /// <summary>The directory.</summary>
    public static string Root => Found ?? throw new InvalidOperationException(SkipReason);

    /// <summary>The archive of Omniglot.</summary>
    public static string Omniglot => Path.Combine(Root, "omniglot.tgz");

    /// <summary>A file of reference values computed with other software.</summary>
    public static string Oracle(string name) => Path.Combine(Root, "oracles", name);
}
