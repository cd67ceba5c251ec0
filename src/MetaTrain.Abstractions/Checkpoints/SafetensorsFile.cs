using System.Collections.Immutable;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>
/// A file in the safetensors format, in memory: an unsigned 64-bit little-endian header length, a JSON header with each tensor's
/// element type, shape and place, then the tensors' bytes without a gap.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>What a checkpoint holds beside parameters has names that start so.</summary>
    public const string StatePrefix = "state/";

    private readonly Dictionary<string, SafetensorsTensor> _byName;

    internal SafetensorsFile(ImmutableArray<SafetensorsTensor> tensors, ImmutableSortedDictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public ImmutableArray<SafetensorsTensor> Tensors { get; }

    /// <summary>The tensors that are parameters, in ordinal order of their UTF-8 names: all but those under <see cref="StatePrefix"/>.</summary>
    public ImmutableArray<SafetensorsTensor> Parameters =>
    [
        .. Tensors.Where(static tensor => !tensor.Name.StartsWith(StatePrefix, StringComparison.Ordinal))
            .OrderBy(static tensor => tensor.Name, ParameterHash.Utf8Order.Instance),
    ];

    /// <summary>The file's own notes (<c>__metadata__</c>).</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of that name; null when there is none.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a file. The tensors refer to <paramref name="content"/>, which must not change.</summary>
    /// <param name="content">The whole file.</param>
    /// <exception cref="InvalidDataException">The content breaks the format: the message says where and how.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> content) => SafetensorsReader.Read(content);

    /// <summary>Writes a file: the same tensors in the same order give the same bytes.</summary>
    /// <param name="tensors">The tensors in the order of their bytes.</param>
    /// <param name="metadata">Notes, if any.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has the name of the notes.</exception>
    public static byte[] Write(IReadOnlyCollection<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(tensors, metadata);
}
