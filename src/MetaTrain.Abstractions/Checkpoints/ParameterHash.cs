using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>
/// The identity of a set of parameters: SHA-256 over all tensors in ordinal order of their UTF-8 names, row-major, as little-endian float32.
/// Names and shapes are not hashed.
/// </summary>
public static class ParameterHash
{
    private const int ChunkValues = 16 * 1024;

    /// <summary>The hash in lower-case hexadecimal.</summary>
    /// <param name="parameters">Every parameter with its values.</param>
    public static string Compute(IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkValues * sizeof(float));
        foreach ((string _, ReadOnlyMemory<float> values) in parameters.OrderBy(parameter => parameter.Key, Utf8Order.Instance))
        {
            for (int start = 0; start < values.Length; start += ChunkValues)
            {
                ReadOnlySpan<float> part = values.Span[start..Math.Min(values.Length, start + ChunkValues)];
                LittleEndian.Write(part, chunk);
                hash.AppendData(chunk, 0, part.Length * sizeof(float));
            }
        }

        ArrayPool<byte>.Shared.Return(chunk);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The hash of a file's parameters; what is under <see cref="SafetensorsFile.StatePrefix"/> is not part of it.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">A parameter does not hold floating-point numbers.</exception>
    public static string Compute(SafetensorsFile file) => Compute(
        file.Parameters.Select(tensor => KeyValuePair.Create(tensor.Name, (ReadOnlyMemory<float>)tensor.ToFloat32())));

    /// <summary>Order by UTF-8 bytes, which is the order of code points; UTF-16's own order differs from it beyond the basic plane.</summary>
    internal sealed class Utf8Order : IComparer<string>
    {
        public static Utf8Order Instance { get; } = new();

        public int Compare(string? x, string? y) =>
            Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }
}
