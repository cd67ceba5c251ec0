using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// Reads any image data set laid out as <c>class/image.png</c>, or as <c>train/class/image.png</c> beside <c>validation</c> (or
/// <c>val</c>) and <c>test</c>, in a folder or an archive, below at most one folder that holds everything. Without split folders the
/// classes are split 64 : 16 : 20 by a fixed procedure over their names. Pixels stay as they are, 0 black and 255 white.
/// </summary>
public static class ImageFolderImporter
{
    /// <summary>Pixels a side that images are brought to when they differ or are larger than <see cref="LargestSide"/>.</summary>
    public const int DefaultSide = 84;

    /// <summary>Images of one size up to this side keep their size.</summary>
    public const int LargestSide = 128;

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
        var files = new ImageFiles(progress);
        new ArchiveReader(Limits, cancellationToken).Read(archive, fileName, files.Visit);
        return Build(name, fileName, files, options ?? new ImageFolderOptions(), cancellationToken);
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
        var files = new ImageFiles(progress);
        new ArchiveReader(Limits, cancellationToken).ReadFolder(folder, files.Visit);
        return Build(name, folder, files, options ?? new ImageFolderOptions(), cancellationToken);
    }

    private static ImportedDataset Build(string name, string origin, ImageFiles files, ImageFolderOptions options, CancellationToken cancellationToken)
    {
        var (classes, splits) = ImageFolderLayout.Arrange(files.All, origin);
        var sizes = files.All.Select(file => ImageDecoder.Inspect(file.Value, file.Key)).ToHashSet();
        var colour = sizes.Any(size => size.Colour);
        var own = sizes.Select(size => (size.Width, size.Height)).Distinct().ToArray();
        var keep = options.Side is null && own.Length == 1 && Math.Max(own[0].Width, own[0].Height) <= LargestSide;
        var (width, height) = keep ? own[0] : (options.Side ?? DefaultSide, options.Side ?? DefaultSide);
        var channels = options.Channels ?? (colour ? 3 : 1);

        var decoded = new SortedDictionary<string, SortedDictionary<string, byte[]>>(StringComparer.Ordinal);
        foreach (var (className, members) in classes)
        {
            var images = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var path in members)
            {
                cancellationToken.ThrowIfCancellationRequested();
                images.Add(path, ImageDecoder.Decode(files.All[path], path, channels, width, height));
            }

            decoded.Add(className, images);
        }

        ImmutableArray<int> shape = [channels, height, width];
        return ImportedDataset.Create(name, shape, decoded, className => splits[className], licence: null, source: null);
    }

    /// <summary>The encoded files, kept until all were seen: only then it is known what shape fits all of them.</summary>
    private sealed class ImageFiles(IProgress<int>? progress)
    {
        private static readonly string[] Suffixes = [".png", ".jpg", ".jpeg", ".bmp", ".gif"];

        private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

        private long _bytes;

        public SortedDictionary<string, byte[]> All { get; } = new(StringComparer.Ordinal);

        public void Visit(ArchiveFile file)
        {
            var name = Path.GetFileName(file.Path);
            if (name.StartsWith('.') || file.Path.Contains("__MACOSX/", StringComparison.Ordinal)
                || !Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)))
            {
                return;
            }

            var content = file.ReadAll();
            _bytes += content.Length;
            if (_bytes > int.MaxValue)
            {
                throw new DatasetImportException($"The images take more than {int.MaxValue:N0} bytes: scale them down to {LargestSide} pixels a side or fewer first.");
            }

            if (!All.TryAdd(file.Path, content))
            {
                throw new DatasetImportException($"The archive has the file '{file.Path}' twice: leave one out.");
            }

            if (_folders.Add(Path.GetDirectoryName(file.Path) ?? string.Empty))
            {
                progress?.Report(_folders.Count);
            }
        }
    }
}

/// <summary>How <see cref="ImageFolderImporter"/> brings images to one shape.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Pixels a side; null keeps the images' own size when all agree and it is small, else takes <see cref="ImageFolderImporter.DefaultSide"/>.</summary>
    public int? Side { get; init; }

    /// <summary>1 for grey, 3 for colour; null takes colour when any image has it.</summary>
    public int? Channels { get; init; }
}
