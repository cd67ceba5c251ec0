using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Fused;

/// <summary>Zeroed memory outside the managed heap that begins at a cache line. It is freed some time after its last owner is gone.</summary>
/// <typeparam name="T">float, double, int or byte.</typeparam>
internal sealed unsafe class NativeBuffer<T>
    where T : unmanaged
{
    private readonly NativeChunk _chunk;
    private readonly nuint _offset;

    /// <summary>A buffer of so many zeros.</summary>
    public NativeBuffer(long length)
    {
        Length = length;
        var bytes = (nuint)length * (nuint)sizeof(T);
        (_chunk, _offset) = NativeChunk.Take(bytes);
        NativeMemory.Clear(Values, bytes);
        NativeBuffers.Allocated += (long)bytes;
    }

    /// <summary>Values.</summary>
    public long Length { get; }

    /// <summary>The first value. Whoever computes with it keeps the buffer alive.</summary>
    public T* Values => (T*)(_chunk.Begin + _offset);

    /// <summary>All values.</summary>
    public Span<T> Span => new(Values, checked((int)Length));
}

/// <summary>What buffers take.</summary>
internal static class NativeBuffers
{
    /// <summary>Bytes that the calling thread has ever allocated.</summary>
    [ThreadStatic]
    public static long Allocated;
}
