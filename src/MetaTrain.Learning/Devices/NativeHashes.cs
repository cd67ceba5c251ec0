using System.Collections.Frozen;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// The SHA-256 of the native libraries, taken while building (hashing 460 MB at start would cost a second) and kept beside the
/// program in <see cref="FileName"/>: a line each, the hash, two spaces, the path within the package.
/// </summary>
internal sealed class NativeHashes
{
    public const string FileName = "native.sha256";

    /// <summary>How many digits of a hash a device class shows.</summary>
    public const int ShortLength = 12;

    private readonly FrozenDictionary<string, string> _byPath;

    private NativeHashes(FrozenDictionary<string, string> byPath) => _byPath = byPath;

    public static NativeHashes Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return Parse(File.ReadAllLines(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new TorchUnavailableException($"{path}, which names the build of libtorch, cannot be used ({e.Message}): build or publish the program again.", e);
        }
    }

    public static NativeHashes Parse(IEnumerable<string> lines) => new(lines
        .Where(line => line.Length > 0)
        .Select(line => line.Split("  ", 2))
        .Select(parts => parts is [{ Length: 64 } hash, { Length: > 0 } path] && hash.All(char.IsAsciiHexDigit)
            ? KeyValuePair.Create(path.Replace('\\', '/'), hash.ToLowerInvariant())
            : throw new FormatException($"'{string.Join("  ", parts)}' is not a hash and a path"))
        .ToFrozenDictionary(StringComparer.Ordinal));

    /// <summary>The first digits of a library's hash.</summary>
    public string Of(NativePlatform platform, string library)
    {
        string path = $"runtimes/{platform.Identifier}/native/{library}";
        return _byPath.TryGetValue(path, out string? hash)
            ? hash[..ShortLength]
            : throw new TorchUnavailableException(
                $"{FileName} has no line for {path}: build or publish the program again on {platform.Identifier}, "
                + "so that NuGet brings the native package of that platform.");
    }
}
