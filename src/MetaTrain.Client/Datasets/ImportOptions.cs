using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Client.Files;

namespace MetaTrain.Client.Datasets;

/// <summary>How a folder or archive of images becomes a data set; what is not said is decided by the images and their folders.</summary>
public sealed record ImportOptions
{
    /// <summary>Paths of text files on this machine that say which class is of which split.</summary>
    public ImmutableArray<string> SplitFiles { get; init; } = [];

    /// <summary>Path of a text file on this machine that describes each class by numbers; null where nothing does.</summary>
    public string? Descriptions { get; init; }

    /// <summary>Pixels a side that images are brought to.</summary>
    public int? Size { get; init; }

    /// <summary>1 for grey, 3 for colour.</summary>
    public int? Channels { get; init; }

    /// <summary>What the cluster is asked for; the text files are read.</summary>
    /// <exception cref="MetaTrainException">A text file cannot be read, or they are larger than any list of classes.</exception>
    internal async Task<DatasetImportRequest> ToRequestAsync(string name, DatasetArchive archive, CancellationToken cancellationToken) =>
        new(name, archive.FileName, new FileInfo(archive.Path).Length)
        {
            SplitFiles = [.. await TextFiles.ReadAsync(SplitFiles, "split file", "--split-file", cancellationToken)],
            Descriptions = Descriptions is null ? null : (await TextFiles.ReadAsync([Descriptions], "description file", "--descriptions", cancellationToken))[0],
            Side = Size,
            Channels = Channels,
        };
}
