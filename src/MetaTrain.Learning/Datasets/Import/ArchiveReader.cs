using System.Formats.Tar;
using System.IO.Compression;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>One file of an archive or folder.</summary>
/// <param name="path">Its path within, with forward slashes.</param>
/// <param name="open">Opens its content; valid only until the next file.</param>
/// <param name="limits">How large it may be.</param>
internal sealed class ArchiveFile(string path, Func<Stream> open, ImportLimits limits)
{
    public string Path { get; } = path;

    /// <summary>The whole content.</summary>
    /// <exception cref="DatasetImportException">It is larger than the limit.</exception>
    public byte[] ReadAll()
    {
        using var stream = open();
        var refusal = () => $"'{Path}' is larger than {limits.FileBytes:N0} bytes, which no image here needs: take it out of the archive.";
        using var limited = new LimitedStream(stream, limits.FileBytes, refusal);
        using var content = new MemoryStream();
        limited.CopyTo(content);
        return content.ToArray();
    }
}

/// <summary>
/// Shows each file of a folder, .zip, .tar, .tgz or .tar.gz to a visitor, in whatever order they come. Nothing is written to disk;
/// paths that lead out of the archive are refused all the same. Whatever is broken ends in a <see cref="DatasetImportException"/>.
/// </summary>
/// <param name="limits">What is allowed.</param>
/// <param name="cancellationToken">Stops between files.</param>
internal sealed class ArchiveReader(ImportLimits limits, CancellationToken cancellationToken)
{
    private int _files;

    /// <summary>Visits the files of an archive.</summary>
    /// <param name="archive">Its bytes.</param>
    /// <param name="fileName">Its name, which says what kind it is.</param>
    /// <param name="visit">Called with each file.</param>
    public void Read(Stream archive, string fileName, Action<ArchiveFile> visit)
    {
        try
        {
            switch (Kind(fileName))
            {
                case ".zip":
                    ReadZip(archive, visit);
                    break;
                case ".tar":
                    ReadTar(archive, fileName, visit);
                    break;
                default:
                    using (var unpacked = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true))
                    {
                        ReadTar(unpacked, fileName, visit);
                    }

                    break;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new DatasetImportException(
                $"'{fileName}' is damaged or cut off ({exception.Message.TrimEnd('.')}): fetch it again and compare its checksum with its publisher's.", exception);
        }
    }

    /// <summary>Visits the files below a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="visit">Called with each file.</param>
    public void ReadFolder(string folder, Action<ArchiveFile> visit)
    {
        if (!Directory.Exists(folder))
        {
            throw new DatasetImportException($"'{folder}' is not a folder that can be read: give the path of a folder, .zip or .tgz.");
        }

        try
        {
            // Follows links, as it is the user's own folder; what may not be read, or leads round in circles, throws.
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                Visit(Path.GetRelativePath(folder, file).Replace('\\', '/'), () => File.OpenRead(file), visit);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetImportException($"'{folder}' cannot be read ({exception.Message.TrimEnd('.')}): check that its files are there and readable.", exception);
        }
    }

    /// <summary>Whether a name is that of an archive that can be read.</summary>
    public static bool IsArchive(string fileName) => Kinds.Any(kind => fileName.EndsWith(kind, StringComparison.OrdinalIgnoreCase));

    private static string[] Kinds => [".zip", ".tar", ".tgz", ".tar.gz"];

    private static string Kind(string fileName) => Kinds.FirstOrDefault(kind => fileName.EndsWith(kind, StringComparison.OrdinalIgnoreCase))
        ?? throw new DatasetImportException($"'{fileName}' is no archive of a kind that can be read: give a folder, .zip, .tar, .tgz or .tar.gz.");

    private void ReadZip(Stream archive, Action<ArchiveFile> visit)
    {
        using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        var left = limits.TotalBytes;
        foreach (var entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            // Decoded as UTF-8, which the archive does not have to be: different names could become one.
            if (entry.FullName.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new DatasetImportException(
                    $"The archive names a file '{entry.FullName}', whose name is not in UTF-8: pack it again with UTF-8 names (zip on Linux, 7-Zip with -mcu=on), as a .tgz, or give the folder.");
            }

            left -= entry.Length;
            if (left < 0)
            {
                throw new DatasetImportException(TooLarge());
            }

            Visit(entry.FullName, entry.Open, visit);
        }
    }

    private void ReadTar(Stream archive, string fileName, Action<ArchiveFile> visit)
    {
        using var limited = new LimitedStream(archive, limits.TotalBytes, TooLarge);
        using (var tar = new TarReader(limited, leaveOpen: true))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                // Folders and devices have no content; of a link only somebody who needs its content hears.
                switch (entry.EntryType)
                {
                    case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                        Visit(entry.Name, () => entry.DataStream ?? Stream.Null, visit);
                        break;
                    case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                        Visit(entry.Name, () => throw Link(entry), visit);
                        break;
                }
            }
        }

        // To the end: only there does gzip compare its checksum.
        limited.CopyTo(Stream.Null);
        if (_files == 0)
        {
            throw new DatasetImportException($"'{fileName}' has no files in it: check that it is the archive that was meant.");
        }
    }

    private void Visit(string path, Func<Stream> open, Action<ArchiveFile> visit)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (++_files > limits.Files)
        {
            throw new DatasetImportException($"There are more than {limits.Files:N0} files: import a part of them.");
        }

        var clean = path.Replace('\\', '/');
        if (clean.StartsWith('/') || (clean is [var drive, ':', ..] && char.IsAsciiLetter(drive)) || clean.Split('/').Contains(".."))
        {
            throw new DatasetImportException($"The archive names a file '{path}', which leads out of it: do not trust this archive.");
        }

        visit(new ArchiveFile(clean.StartsWith("./", StringComparison.Ordinal) ? clean[2..] : clean, open, limits));
    }

    private static DatasetImportException Link(TarEntry entry) => new(
        $"The archive has '{entry.Name}' as a link to '{entry.LinkName}': pack the files themselves (tar -h --hard-dereference), or give the folder.");

    private string TooLarge() => $"The archive unpacks to more than {limits.TotalBytes:N0} bytes: import a part of it.";
}
