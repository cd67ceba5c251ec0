using System.Collections.Immutable;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// The images of a folder or archive. They are kept as files until all were seen, since only then it is known what shape fits all of
/// them; where the options tell the shape, each is decoded at once, so that large photographs never lie in memory together.
/// </summary>
/// <param name="options">How images are brought to one shape.</param>
/// <param name="progress">Told how many folders were met so far.</param>
internal sealed class ImageFiles(ImageFolderOptions options, IProgress<int>? progress)
{
    private static readonly string[] Suffixes = [".png", ".jpg", ".jpeg", ".bmp", ".gif"];
    private static readonly string[] UnreadSuffixes = [".webp", ".tif", ".tiff", ".heic", ".avif"];

    // Thumbnails and checkpoints that programs keep beside the images.
    private static readonly string[] KeptByPrograms = ["__MACOSX", "@eaDir"];

    private readonly SortedDictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly ImmutableArray<int>? _told = options is { Side: { } side, Channels: { } channels } ? [channels, side, side] : null;
    private long _bytes;

    /// <summary>The path of each, in ordinal order.</summary>
    public IReadOnlyCollection<string> Paths => _contents.Keys;

    /// <summary>Takes a file if it is an image.</summary>
    public void Visit(ArchiveFile file)
    {
        if (file.Path.Split('/').Any(static part => part.StartsWith('.') || KeptByPrograms.Contains(part)))
        {
            return;
        }

        if (UnreadSuffixes.Any(suffix => file.Path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DatasetImportException($"'{file.Path}' is an image of a kind that cannot be read: convert it to PNG, or leave it out.");
        }

        if (!Suffixes.Any(suffix => file.Path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        var content = _told is { } shape ? ImageDecoder.Decode(file.ReadAll(), file.Path, shape[0], shape[2], shape[1]) : file.ReadAll();
        _bytes += content.Length;
        if (_bytes > int.MaxValue)
        {
            throw new DatasetImportException(
                $"The images take more than {int.MaxValue:N0} bytes: "
                + (_told is null ? "give both the size and the channels that they are to have, which brings each down as it is read." : "import a part of them, or make them smaller."));
        }

        if (!_contents.TryAdd(file.Path, content))
        {
            throw new DatasetImportException($"The archive has the file '{file.Path}' twice: leave one out.");
        }

        if (_folders.Add(Path.GetDirectoryName(file.Path) ?? string.Empty))
        {
            progress?.Report(_folders.Count);
        }
    }

    /// <summary>The shape [channels, height, width] that all images are brought to.</summary>
    public ImmutableArray<int> Shape()
    {
        if (_told is { } told)
        {
            return told;
        }

        var sizes = _contents.Select(file => ImageDecoder.Inspect(file.Value, file.Key)).ToHashSet();
        var own = sizes.Select(size => (size.Width, size.Height)).Distinct().ToArray();
        var keep = options.Side is null && own.Length == 1 && Math.Max(own[0].Width, own[0].Height) <= ImageFolderImporter.LargestSide;
        var side = options.Side ?? ImageFolderImporter.DefaultSide;
        var (width, height) = keep ? own[0] : (side, side);
        return [options.Channels ?? (sizes.Any(size => size.Colour) ? 3 : 1), height, width];
    }

    /// <summary>The pixels of one image.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="shape">What <see cref="Shape"/> gave.</param>
    public byte[] Pixels(string path, ImmutableArray<int> shape) =>
        _told is null ? ImageDecoder.Decode(_contents[path], path, shape[0], shape[2], shape[1]) : _contents[path];
}
