using System.Formats.Tar;
using System.IO.Compression;

namespace MetaTrain.Learning.Tests.Datasets.Import;

/// <summary>Packs files into archives, for tests to read.</summary>
internal static class TestArchive
{
    /// <summary>Packs by the kind that the name's ending says.</summary>
    public static byte[] Pack(string fileName, IEnumerable<KeyValuePair<string, byte[]>> files) => fileName switch
    {
        _ when fileName.EndsWith(".zip", StringComparison.Ordinal) => Zip(files),
        _ when fileName.EndsWith(".tar", StringComparison.Ordinal) => Tar(files),
        _ => GZip(Tar(files)),
    };

    /// <summary>Writes the files below a folder.</summary>
    public static void Unpack(string folder, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, content);
        }
    }

    private static byte[] Zip(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, bytes) in files)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(bytes);
            }
        }

        return content.ToArray();
    }

    /// <summary>A .tar that has a link beside the files.</summary>
    public static byte[] Tar(IEnumerable<KeyValuePair<string, byte[]>> files, string link = "link", TarEntryType kind = TarEntryType.SymbolicLink)
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(kind, link) { LinkName = "/etc/passwd" });
            foreach (var (path, bytes) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(bytes) });
            }
        }

        return content.ToArray();
    }

    private static byte[] GZip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
