namespace MetaTrain.Silo.Store;

/// <summary>Where the embedded store keeps its data, where it listens, and how large it may get.</summary>
internal sealed record EmbeddedStoreOptions
{
    public const long MiB = 1024 * 1024;

    /// <summary>The smallest memory that holds pages enough to write one and read others.</summary>
    public const long MinMemoryBytes = 32 * MiB;

    /// <summary>The store's own directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The loopback port; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// How much of the data is held in memory; the rest is on disk. Not a limit of how much can be stored, and taken only as data comes: more
    /// than a few large commits need, because this version of Garnet has ended with an error while it moved large values to disk.
    /// </summary>
    public long MemoryBytes { get; init; } = DefaultMemoryBytes;

    /// <summary>An eighth of what this machine, or container, has; from 128 MiB to 4 GiB.</summary>
    public static long DefaultMemoryBytes => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, 128 * MiB, 4096 * MiB);

    /// <summary>At a start or an end, an append-only file larger than this (and than four times its live part) is rewritten.</summary>
    public long RewriteAtRestBytes { get; init; } = 128 * MiB;

    /// <summary>
    /// The same while running: clients wait for it as for a restart, so it is rarer. Of 512 MiB it took 6 s on two busy cores,
    /// which is longer than a command waits.
    /// </summary>
    public long RewriteRunningBytes { get; init; } = 256 * MiB;

    /// <summary>How often that is looked at.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What cannot work, in one sentence; null when all can.</summary>
    public string? Problem => this switch
    {
        { Directory: "" } => "The store's directory (--data) is empty: name one.",
        { Port: < 0 or > 65535 } => $"The store's port (--port) {Port} is none: give one from 1 to 65535, or 0 for any free one.",
        { MemoryBytes: < MinMemoryBytes } => $"The store's memory (--memory) of {MemoryBytes} bytes is too small: give at least {MinMemoryBytes / MiB}m.",
        _ => null,
    };
}
