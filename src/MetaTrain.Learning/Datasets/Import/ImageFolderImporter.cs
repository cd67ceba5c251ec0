using System.Collections.Immutable;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// Reads any image data set laid out as <c>class/image.png</c>, or as <c>train/class/image.png</c> beside <c>validation</c> (or
/// <c>val</c>) and <c>test</c>, or in whatever folders where split files list the images; in a folder or an archive, below at most one
/// folder that holds everything. Where one outer folder is a split's, all must be. Without split folders and split files the classes are
/// split 64 : 16 : 20 by a fixed procedure over their names. Pixels stay as they are, 0 black and 255 white.
/// </summary>
public static class ImageFolderImporter
{
    /// <summary>Pixels a side that images are brought to when they differ or are larger than <see cref="LargestSide"/>.</summary>
    public const int DefaultSide = 84;

    /// <summary>Images of one size up to this side keep their size.</summary>
    public const int LargestSide = 128;

    /// <summary>The most pixels a side that can be asked for.</summary>
    public const int LargestTold = 512;

    private static readonly ImportLimits Limits = new() { TotalBytes = 8L << 30 };

    /// <summary>Reads an archive.</summary>
    /// <param name="name">The name that specs will use.</param>
    /// <param name="archive">Its bytes; a .zip must be able to seek, or is first read into memory.</param>
    /// <param name="fileName">Its name, which says what kind it is: .zip, .tar, .tgz or .tar.gz.</param>
    /// <param name="options">How images are brought to one shape; null decides by the images.</param>
    /// <param name="progress">Told how many classes were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The archive is damaged, or has no classes of images.</exception>
    public static ImportedDataset Read(
        string name, Stream archive, string fileName, ImageFolderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        Action<Action<ArchiveFile>> read = visit => new ArchiveReader(Limits, cancellationToken).Read(archive, fileName, visit);
        return Import(name, fileName, read, options ?? new ImageFolderOptions(), progress, cancellationToken);
    }

    /// <summary>Reads a folder.</summary>
    /// <param name="name">The name that specs will use.</param>
    /// <param name="folder">Its path.</param>
    /// <param name="options">How images are brought to one shape; null decides by the images.</param>
    /// <param name="progress">Told how many classes were met so far.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DatasetImportException">The folder cannot be read, or has no classes of images.</exception>
    public static ImportedDataset ReadFolder(
        string name, string folder, ImageFolderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        Action<Action<ArchiveFile>> read = visit => new ArchiveReader(Limits, cancellationToken).ReadFolder(folder, visit);
        return Import(name, folder, read, options ?? new ImageFolderOptions(), progress, cancellationToken);
    }

    private static ImportedDataset Import(
        string name, string origin, Action<Action<ArchiveFile>> read, ImageFolderOptions options, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        options.Check();

        // What is wrong with these files is said before minutes of reading.
        var declared = options.SplitFiles.IsEmpty ? null : DeclaredSplits.Read(options.SplitFiles);
        var described = options.Descriptions?.Read().ToDictionary(each => each.Class, each => each.Values, StringComparer.Ordinal);
        var files = new ImageFiles(options, progress);
        read(files.Visit);
        var (classes, splits) = ImageFolderLayout.Arrange(files.Paths, origin, declared);
        if (described is not null && classes.Keys.FirstOrDefault(className => !described.ContainsKey(className)) is { } silent)
        {
            throw new DatasetImportException(
                $"The description file '{options.Descriptions!.Name}' does not describe the class '{silent}': add a line for it; a class is called as its folder.");
        }

        var shape = files.Shape();
        var decoded = new SortedDictionary<string, SortedDictionary<string, byte[]>>(StringComparer.Ordinal);
        foreach (var (className, members) in classes)
        {
            var images = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var path in members)
            {
                cancellationToken.ThrowIfCancellationRequested();
                images.Add(path, files.Pixels(path, shape));
            }

            decoded.Add(className, images);
        }

        return ImportedDataset.Create(
            name, shape, decoded, className => splits[className], licence: null, source: null, className => described?[className] ?? []);
    }
}

/// <summary>How <see cref="ImageFolderImporter"/> brings images to one shape and splits their classes.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Pixels a side, <see cref="ImageFolderImporter.LargestTold"/> at most; null keeps the images' own size when all agree and it is small, else takes <see cref="ImageFolderImporter.DefaultSide"/>.</summary>
    public int? Side { get; init; }

    /// <summary>1 for grey, 3 for colour; null takes colour when any image has it.</summary>
    public int? Channels { get; init; }

    /// <summary>What says which class is of which split; empty leaves it to the folders.</summary>
    public ImmutableArray<SplitFile> SplitFiles { get; init; } = [];

    /// <summary>What describes each class by numbers; null where nothing does.</summary>
    public DescriptionFile? Descriptions { get; init; }

    internal void Check()
    {
        if (Side is < 1 or > ImageFolderImporter.LargestTold)
        {
            throw new DatasetImportException($"The size {Side} was asked for: give 1 to {ImageFolderImporter.LargestTold} pixels a side.");
        }

        if (Channels is not (null or 1 or 3))
        {
            throw new DatasetImportException($"{Channels} channels were asked for: give 1 for grey or 3 for colour.");
        }
    }
}
