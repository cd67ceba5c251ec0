using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Fused;

/// <summary>Zeroed memory outside the managed heap that begins at a cache line. It is freed with its owner.</summary>
/// <typeparam name="T">float, double, int or byte.</typeparam>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int LineBytes = 64;

    private T* _values;

    /// <summary>A buffer of so many zeros.</summary>
    public NativeBuffer(long length)
    {
        Length = length;
        var bytes = (nuint)Math.Max(1, length) * (nuint)sizeof(T);
        _values = (T*)NativeMemory.AlignedAlloc(bytes, LineBytes);
        NativeMemory.Clear(_values, bytes);
        NativeBuffers.Allocated += (long)bytes;
    }

    ~NativeBuffer() => Free();

    /// <summary>Values.</summary>
    public long Length { get; }

    /// <summary>The first value. Whoever computes with it keeps the buffer alive.</summary>
    public T* Values => _values;

    /// <summary>All values.</summary>
    public Span<T> Span => new(_values, checked((int)Length));

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_values);
        _values = null;
    }
}

/// <summary>What buffers take.</summary>
internal static class NativeBuffers
{
    /// <summary>Bytes that the calling thread has ever allocated.</summary>
    [ThreadStatic]
    public static long Allocated;
}
