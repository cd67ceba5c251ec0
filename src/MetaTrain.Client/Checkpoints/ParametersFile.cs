using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MetaTrain.Client.Checkpoints;

/// <summary>Cuts a checkpoint's safetensors content down to the parameters: what is under "state/" belongs to the cluster.</summary>
internal static class ParametersFile
{
    private const string StatePrefix = "state/";
    private const string MetadataName = "__metadata__";
    private const int LengthBytes = 8;

    // Readers map the data at this alignment; the format pads the header with spaces.
    private const int Alignment = 8;

    /// <summary>The content with only the parameters, and the SHA-256 of their values in ordinal order of their UTF-8 names.</summary>
    /// <exception cref="InvalidDataException">The content is not valid safetensors.</exception>
    public static ParametersContent Extract(ReadOnlySpan<byte> content, IReadOnlyDictionary<string, string> metadata)
    {
        (JsonDocument document, int dataStart) = ReadHeader(content);
        using (document)
        {
            return Write(content[dataStart..], ReadEntries(document.RootElement, content.Length - dataStart), metadata);
        }
    }

    private static List<Entry> ReadEntries(JsonElement header, int dataLength)
    {
        try
        {
            // Every entry is read, so that a file that was cut off anywhere is found out.
            List<Entry> entries = [.. header.EnumerateObject()
                .Where(property => property.Name != MetadataName)
                .Select(property => ReadEntry(property, dataLength))];
            entries.RemoveAll(entry => entry.Name.StartsWith(StatePrefix, StringComparison.Ordinal));
            entries.Sort((a, b) => Encoding.UTF8.GetBytes(a.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Name)));
            return entries;
        }
        catch (Exception malformed) when (malformed is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Damaged("an entry of its header is malformed", malformed);
        }
    }

    private static ParametersContent Write(ReadOnlySpan<byte> data, List<Entry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] header = WriteHeader(entries, metadata);
        int length = entries.Sum(entry => entry.Length);
        byte[] file = new byte[LengthBytes + header.Length + length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file, LengthBytes);
        int position = LengthBytes + header.Length;
        foreach (Entry entry in entries)
        {
            data.Slice(entry.Begin, entry.Length).CopyTo(file.AsSpan(position));
            position += entry.Length;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(LengthBytes + header.Length)));
        return new ParametersContent(file, [.. entries.Select(entry => entry.Name)], hash);
    }

    private static byte[] WriteHeader(List<Entry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataName);
            foreach ((string key, string value) in metadata.OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            int begin = 0;
            foreach (Entry entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type);
                json.WriteStartArray("shape");
                Array.ForEach(entry.Shape, json.WriteNumberValue);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin += entry.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while ((LengthBytes + buffer.Length) % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static (JsonDocument Header, int DataStart) ReadHeader(ReadOnlySpan<byte> content)
    {
        ulong length = content.Length >= LengthBytes ? BinaryPrimitives.ReadUInt64LittleEndian(content) : ulong.MaxValue;
        if (length > (ulong)Math.Max(0, content.Length - LengthBytes))
        {
            throw Damaged("its header is longer than the content");
        }

        try
        {
            var reader = new Utf8JsonReader(content.Slice(LengthBytes, (int)length));
            return (JsonDocument.ParseValue(ref reader), LengthBytes + (int)length);
        }
        catch (JsonException broken)
        {
            throw Damaged("its header is not JSON", broken);
        }
    }

    private static Entry ReadEntry(JsonProperty property, int dataLength)
    {
        JsonElement offsets = property.Value.GetProperty("data_offsets");
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        string type = property.Value.GetProperty("dtype").GetString() ?? throw Damaged($"'{property.Name}' has no type");
        var entry = new Entry(property.Name, type, shape, offsets[0].GetInt32(), offsets[1].GetInt32());
        return entry.Begin >= 0 && entry.Begin <= entry.End && entry.End <= dataLength
            ? entry
            : throw Damaged($"'{property.Name}' lies outside the content");
    }

    private static InvalidDataException Damaged(string why, Exception? inner = null) =>
        new($"The checkpoint's content is not valid safetensors: {why}.", inner);

    private sealed record Entry(string Name, string Type, long[] Shape, int Begin, int End)
    {
        public int Length => End - Begin;
    }
}

/// <summary>A safetensors file of parameters alone.</summary>
/// <param name="File">The whole file.</param>
/// <param name="Names">The parameters, in the order of the file.</param>
/// <param name="ParametersSha256">SHA-256 of their values in that order.</param>
internal sealed record ParametersContent(byte[] File, IReadOnlyList<string> Names, string ParametersSha256);
