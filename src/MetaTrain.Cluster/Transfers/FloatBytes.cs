using System.Buffers;
using System.Runtime.InteropServices;

namespace MetaTrain.Cluster.Transfers;

/// <summary>The bytes of an array of floats, little-endian as they lie, for sockets that read and write memory of bytes.</summary>
internal sealed class FloatBytes(float[] values) : MemoryManager<byte>
{
    /// <summary>The bytes of memory that an array holds.</summary>
    public static Memory<byte> Of(ReadOnlyMemory<float> values) =>
        MemoryMarshal.TryGetArray(values, out ArraySegment<float> segment)
            ? new FloatBytes(segment.Array!).Memory.Slice(segment.Offset * sizeof(float), segment.Count * sizeof(float))
            : throw new ArgumentException("These values lie in no array.", nameof(values));

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        GCHandle handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
    }

    // The handle that was pinned frees itself.
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
