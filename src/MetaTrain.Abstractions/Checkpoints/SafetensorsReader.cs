using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>Reads safetensors files and believes nothing: every length, offset and name is checked before it is used.</summary>
internal static class SafetensorsReader
{
    internal const int LengthBytes = sizeof(ulong);
    internal const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    internal const int MaxHeaderBytes = 100_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    public static SafetensorsFile Read(ReadOnlyMemory<byte> content)
    {
        ReadOnlyMemory<byte> header = Header(content);
        ReadOnlyMemory<byte> data = content[(LengthBytes + header.Length)..];
        using JsonDocument document = Parse(header);
        try
        {
            return Content(document.RootElement, data);
        }
        catch (InvalidOperationException fault)
        {
            throw Fault("its header holds text with half of a surrogate pair", fault);
        }
    }

    private static SafetensorsFile Content(JsonElement header, ReadOnlyMemory<byte> data)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var placed = new List<(long Begin, SafetensorsTensor Tensor)>();
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == MetadataKey)
            {
                metadata.AddRange(Metadata(entry.Value));
            }
            else
            {
                placed.Add(SafetensorsEntry.Read(entry.Name, entry.Value, data));
            }
        }

        // A tensor without values stands at one place with its neighbour: the end decides.
        placed.Sort((a, b) => (a.Begin, a.Tensor.Data.Length).CompareTo((b.Begin, b.Tensor.Data.Length)));
        CheckContiguous(placed, data.Length);
        return new SafetensorsFile([.. placed.Select(item => item.Tensor)], metadata.ToImmutable());
    }

    internal static InvalidDataException Fault(string what, Exception? inner = null) => new($"This is not a valid safetensors file: {what}.", inner);

    private static ReadOnlyMemory<byte> Header(ReadOnlyMemory<byte> content)
    {
        if (content.Length < LengthBytes)
        {
            throw Fault($"it has {content.Length} bytes, fewer than the {LengthBytes} of the header's length");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(content.Span);
        int left = content.Length - LengthBytes;
        if (length > MaxHeaderBytes)
        {
            throw Fault($"its header would have {length} bytes, more than the {MaxHeaderBytes} that are allowed");
        }

        return length <= (ulong)left
            ? content.Slice(LengthBytes, (int)length)
            : throw Fault($"its header would have {length} bytes, but only {left} follow; the file is cut off");
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> header)
    {
        if (header.IsEmpty || header.Span[0] != (byte)'{')
        {
            throw Fault("its header does not start with '{'");
        }

        if (!Utf8.IsValid(header.Span))
        {
            throw Fault("its header is not UTF-8");
        }

        try
        {
            return JsonDocument.Parse(header, Strict);
        }
        catch (JsonException fault)
        {
            throw Fault($"its header is not valid JSON at byte {fault.BytePositionInLine}, or names a tensor twice", fault);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Metadata(JsonElement notes)
    {
        if (notes.ValueKind != JsonValueKind.Object || notes.EnumerateObject().Any(note => note.Value.ValueKind != JsonValueKind.String))
        {
            throw Fault($"its '{MetadataKey}' must be an object of strings");
        }

        return notes.EnumerateObject().Select(note => KeyValuePair.Create(note.Name, note.Value.GetString()!));
    }

    private static void CheckContiguous(List<(long Begin, SafetensorsTensor Tensor)> placed, int length)
    {
        long reached = 0;
        foreach ((long begin, SafetensorsTensor tensor) in placed)
        {
            if (begin != reached)
            {
                throw Fault($"tensor '{tensor.Name}' starts at byte {begin}, but the one before it ends at byte {reached}");
            }

            reached += tensor.Data.Length;
        }

        if (reached != length)
        {
            throw Fault($"its tensors end at byte {reached}, but {length} bytes follow the header");
        }
    }
}
