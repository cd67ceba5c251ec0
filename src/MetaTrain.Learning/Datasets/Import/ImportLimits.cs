namespace MetaTrain.Learning.Datasets.Import;

/// <summary>What an archive may make the importer read: a small file can unpack into more than a machine holds.</summary>
internal sealed record ImportLimits
{
    /// <summary>Bytes of one file, unpacked.</summary>
    public long FileBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of the whole archive, unpacked.</summary>
    public long TotalBytes { get; init; } = 64L << 30;

    /// <summary>Files in it.</summary>
    public int Files { get; init; } = 4_000_000;
}
