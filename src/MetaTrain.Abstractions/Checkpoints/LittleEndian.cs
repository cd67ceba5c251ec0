using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MetaTrain.Abstractions.Checkpoints;

/// <summary>Copies float32 values to and from little-endian bytes, on any machine.</summary>
internal static class LittleEndian
{
    public static void Write(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        MemoryMarshal.AsBytes(values).CopyTo(bytes);
        if (!BitConverter.IsLittleEndian)
        {
            Reverse(MemoryMarshal.Cast<byte, uint>(bytes));
        }
    }

    public static void Read(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        bytes.CopyTo(MemoryMarshal.AsBytes(values));
        if (!BitConverter.IsLittleEndian)
        {
            Reverse(MemoryMarshal.Cast<float, uint>(values));
        }
    }

    private static void Reverse(Span<uint> values) => BinaryPrimitives.ReverseEndianness(values, values);
}
