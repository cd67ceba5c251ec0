using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;

namespace MetaTrain.Client.Datasets;

/// <summary>How a folder or archive of images becomes a data set; what is not said is decided by the images and their folders.</summary>
public sealed record ImportOptions
{
    private const long MostBytes = 16L << 20;

    /// <summary>Paths of text files on this machine that say which class is of which split.</summary>
    public ImmutableArray<string> SplitFiles { get; init; } = [];

    /// <summary>Pixels a side that images are brought to.</summary>
    public int? Size { get; init; }

    /// <summary>1 for grey, 3 for colour.</summary>
    public int? Channels { get; init; }

    /// <summary>What the cluster is asked for; the split files are read.</summary>
    /// <exception cref="MetaTrainException">A split file cannot be read, or they are larger than any list of classes.</exception>
    internal async Task<DatasetImportRequest> ToRequestAsync(string name, DatasetArchive archive, CancellationToken cancellationToken)
    {
        ImmutableArray<DatasetSplitFile>.Builder files = ImmutableArray.CreateBuilder<DatasetSplitFile>();
        long bytes = 0;
        foreach (string path in SplitFiles)
        {
            try
            {
                bytes += new FileInfo(path).Length;
                if (bytes > MostBytes)
                {
                    throw new MetaTrainException(
                        FailureKind.Refused, $"The split files take more than {MostBytes >> 20} MiB ('{path}' is beyond): give text files that list classes or images.");
                }

                files.Add(new DatasetSplitFile(Path.GetFileName(path), await File.ReadAllTextAsync(path, cancellationToken)));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new MetaTrainException(
                    FailureKind.Refused, $"The split file '{path}' cannot be read ({failure.Message.TrimEnd('.')}): check --split-file.", failure);
            }
        }

        return new DatasetImportRequest(name, archive.FileName, new FileInfo(archive.Path).Length) { SplitFiles = files.ToImmutable(), Side = Size, Channels = Channels };
    }
}
