using System.Formats.Tar;
using System.IO.Compression;

namespace MetaTrain.Client.Datasets;

/// <summary>An archive on this machine that is ready to be sent: the user's own file, or a temporary one that goes with this object.</summary>
internal sealed class DatasetArchive : IDisposable
{
    private static readonly string[] Suffixes = [".zip", ".tgz", ".tar.gz", ".tar"];
    private readonly bool _temporary;

    private DatasetArchive(string path, string fileName, bool temporary)
    {
        Path = path;
        FileName = fileName;
        _temporary = temporary;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its name, whose ending tells the format.</summary>
    public string FileName { get; }

    /// <summary>Takes a folder, an archive or an http(s) URL.</summary>
    /// <exception cref="MetaTrainException">There is nothing of that kind there.</exception>
    public static async Task<DatasetArchive> PrepareAsync(string source, HttpClient http, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(source, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return await DownloadAsync(url, http, cancellationToken);
        }

        if (Directory.Exists(source))
        {
            return await PackAsync(source, cancellationToken);
        }

        if (!File.Exists(source))
        {
            throw new MetaTrainException(
                FailureKind.Refused, $"'{source}' is neither a folder, nor a file, nor an http(s) URL: check --from.");
        }

        return IsArchive(source)
            ? new DatasetArchive(System.IO.Path.GetFullPath(source), System.IO.Path.GetFileName(source), temporary: false)
            : throw NoArchive(source);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary)
        {
            File.Delete(Path);
        }
    }

    private static bool IsArchive(string name) => Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    private static async Task<DatasetArchive> PackAsync(string folder, CancellationToken cancellationToken)
    {
        string root = System.IO.Path.GetFullPath(folder);
        try
        {
            string[] files = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
            return files.Length > 0
                ? await PackAsync(root, files, cancellationToken)
                : throw new MetaTrainException(FailureKind.Refused, $"The folder '{root}' holds no files: name one with a folder of images a class.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MetaTrainException(
                FailureKind.Refused,
                $"The folder '{root}' could not be packed ({failure.Message.TrimEnd('.')}): check that all its files are there and may be read, and that there is room for a copy in the folder for temporary files.",
                failure);
        }
    }

    private static async Task<DatasetArchive> PackAsync(string root, string[] files, CancellationToken cancellationToken)
    {
        var archive = new DatasetArchive(System.IO.Path.GetTempFileName(), new DirectoryInfo(root).Name + ".tar.gz", temporary: true);
        try
        {
            await using FileStream file = File.Create(archive.Path);
            await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
            await using var tar = new TarWriter(gzip);
            foreach (string path in files)
            {
                // Opened here, so that of a link, of either kind, its content is packed.
                await using FileStream content = File.OpenRead(path);
                var entry = new PaxTarEntry(TarEntryType.RegularFile, System.IO.Path.GetRelativePath(root, path).Replace('\\', '/')) { DataStream = content };
                await tar.WriteEntryAsync(entry, cancellationToken);
            }

            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static async Task<DatasetArchive> DownloadAsync(Uri url, HttpClient http, CancellationToken cancellationToken)
    {
        string name = System.IO.Path.GetFileName(url.AbsolutePath);
        if (!IsArchive(name))
        {
            throw NoArchive(url.ToString());
        }

        var archive = new DatasetArchive(System.IO.Path.GetTempFileName(), name, temporary: true);
        try
        {
            using HttpResponseMessage response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            await using FileStream file = File.Create(archive.Path);
            await response.Content.CopyToAsync(file, cancellationToken);
            return archive;
        }
        catch (Exception failure)
        {
            archive.Dispose();
            if (failure is HttpRequestException or IOException)
            {
                throw new MetaTrainException(
                    FailureKind.Refused,
                    $"{url} could not be downloaded ({failure.Message.TrimEnd('.')}): check the address, or download it yourself and name the file.",
                    failure);
            }

            throw;
        }
    }

    private static MetaTrainException NoArchive(string source) =>
        new(FailureKind.Refused, $"'{source}' is not an archive that can be imported: expected a folder, .zip, .tgz, .tar.gz or .tar.");
}
