using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>Writes safetensors files.</summary>
internal static class SafetensorsWriter
{
    /// <summary>The tensors' bytes start at a multiple of this, so that a reader may map them: the header is filled up with spaces.</summary>
    private const int Alignment = 8;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(IReadOnlyCollection<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ReadOnlySpan<byte> header = Header(tensors, metadata);
        int padding = (Alignment - (header.Length % Alignment)) % Alignment;
        int start = SafetensorsReader.LengthBytes + header.Length + padding;
        byte[] file = new byte[checked(start + tensors.Sum(tensor => tensor.Data.Length))];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)(header.Length + padding));
        header.CopyTo(file.AsSpan(SafetensorsReader.LengthBytes));
        file.AsSpan(SafetensorsReader.LengthBytes + header.Length, padding).Fill((byte)' ');

        int at = start;
        foreach (SafetensorsTensor tensor in tensors)
        {
            tensor.Data.Span.CopyTo(file.AsSpan(at));
            at += tensor.Data.Length;
        }

        return file;
    }

    private static ReadOnlySpan<byte> Header(IReadOnlyCollection<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Compact);
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsReader.MetadataKey };
        writer.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            writer.WriteStartObject(SafetensorsReader.MetadataKey);
            foreach ((string key, string value) in metadata.OrderBy(note => note.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        long begin = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"The name '{tensor.Name}' cannot be given to a tensor: it is taken.", nameof(tensors));
            }

            Entry(writer, tensor, begin);
            begin += tensor.Data.Length;
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static void Entry(Utf8JsonWriter writer, SafetensorsTensor tensor, long begin)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Dtype.Name());
        writer.WriteStartArray("shape");
        foreach (int size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(begin + tensor.Data.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
