using System.Collections.Immutable;
using System.Text.Json;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>Reads one tensor's entry in the header of a safetensors file.</summary>
internal static class SafetensorsEntry
{
    public static (long Begin, SafetensorsTensor Tensor) Read(string name, JsonElement entry, ReadOnlyMemory<byte> data)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw SafetensorsReader.Fault($"tensor '{name}' is not described by an object");
        }

        foreach (JsonProperty unknown in entry.EnumerateObject().Where(property => property.Name is not ("dtype" or "shape" or "data_offsets")))
        {
            throw SafetensorsReader.Fault($"tensor '{name}' has the unknown key '{unknown.Name}'");
        }

        SafetensorsDtype dtype = Dtype(name, entry);
        long[] shape = Numbers(name, entry, "shape");
        long[] offsets = Numbers(name, entry, "data_offsets");
        if (offsets.Length != 2 || offsets[1] < offsets[0] || offsets[1] > data.Length)
        {
            throw SafetensorsReader.Fault($"tensor '{name}' has data_offsets [{string.Join(", ", offsets)}], which are no range within the {data.Length} bytes of data");
        }

        long length = offsets[1] - offsets[0];
        if (Values(shape) is not { } values || values != length / dtype.Bytes() || length % dtype.Bytes() != 0)
        {
            throw SafetensorsReader.Fault($"tensor '{name}' has {length} bytes, which do not fill its shape [{string.Join(", ", shape)}] of {dtype.Name()}");
        }

        return (offsets[0], new SafetensorsTensor(name, dtype, [.. shape.Select(size => (int)size)], data.Slice((int)offsets[0], (int)length)));
    }

    private static SafetensorsDtype Dtype(string name, JsonElement entry)
    {
        if (!entry.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String)
        {
            throw SafetensorsReader.Fault($"tensor '{name}' has no dtype");
        }

        return SafetensorsDtypes.TryParse(dtype.GetString()!, out SafetensorsDtype read)
            ? read
            : throw SafetensorsReader.Fault($"tensor '{name}' has the unknown dtype '{dtype.GetString()}'");
    }

    /// <summary>Numbers that are not negative.</summary>
    private static long[] Numbers(string name, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            throw SafetensorsReader.Fault($"tensor '{name}' has no list '{key}'");
        }

        long[] numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw SafetensorsReader.Fault($"the '{key}' of tensor '{name}' holds {list[i].GetRawText()}, which is not a whole number of at least 0");
            }
        }

        return numbers;
    }

    /// <summary>How many values a shape has; null when they, or one of its sizes, could not be held in memory.</summary>
    private static long? Values(long[] shape)
    {
        if (shape.Any(size => size > int.MaxValue))
        {
            return null;
        }

        Int128 product = 1;
        foreach (long size in shape)
        {
            product *= size;
            if (product > int.MaxValue)
            {
                return null;
            }
        }

        return (long)product;
    }
}
