namespace MetaTrain.Silo.Store;

/// <summary>One append-only file's life, from one rewrite to the next: a directory of its own.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Number">1, 2, 3 ...</param>
/// <param name="FirstBytes">How long the file was when the generation began: about its live part.</param>
internal sealed record Generation(string Path, int Number, long FirstBytes)
{
    /// <summary>The truth.</summary>
    public string AppendOnlyDirectory => System.IO.Path.Combine(Path, "append-only");

    /// <summary>What did not fit into memory: made anew at each start.</summary>
    public string SpillDirectory => System.IO.Path.Combine(Path, "spill");

    /// <summary>How long the append-only file is now.</summary>
    public long AppendOnlyBytes => Directory.Exists(AppendOnlyDirectory)
        ? new DirectoryInfo(AppendOnlyDirectory).EnumerateFiles("aof.log.*", SearchOption.AllDirectories).Sum(file => file.Length)
        : 0;

    /// <summary>True when most of a file larger than <paramref name="floor"/> must be dead records.</summary>
    public bool IsWorthRewriting(long floor) => AppendOnlyBytes > Math.Max(floor, 4 * FirstBytes);
}
