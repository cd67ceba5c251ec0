using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Fused;

/// <summary>
/// Memory outside the managed heap that buffers are cut from, in whole large pages where the system has them (Linux, 2 MiB): what a block
/// touches is more than the processor holds translations of small pages for. Freed by the collector after the last buffer that holds it.
/// </summary>
internal sealed unsafe partial class NativeChunk
{
    private const nuint LineBytes = 64;

    private const nuint PageBytes = 2 << 20;

    private const int AdviseLargePages = 14;

    /// <summary>What the calling thread cuts from next.</summary>
    [ThreadStatic]
    private static NativeChunk? Current;

    private readonly nuint _length;
    private nuint _used;

    private NativeChunk(nuint atLeast)
    {
        _length = RoundUp(atLeast, PageBytes);
        Begin = (byte*)NativeMemory.AlignedAlloc(_length, PageBytes);
        GC.AddMemoryPressure((long)_length);
        if (OperatingSystem.IsLinux())
        {
            // Advice: where it is refused, pages are small and nothing else changes.
            _ = Advise(Begin, _length, AdviseLargePages);
        }
    }

    ~NativeChunk()
    {
        NativeMemory.AlignedFree(Begin);
        GC.RemoveMemoryPressure((long)_length);
    }

    /// <summary>Its first byte.</summary>
    public byte* Begin { get; }

    /// <summary>So many bytes, not cleared, that begin at a cache line.</summary>
    /// <param name="bytes">How many.</param>
    /// <returns>What keeps them, and where in it they begin.</returns>
    public static (NativeChunk Chunk, nuint Offset) Take(nuint bytes)
    {
        bytes = RoundUp(bytes, LineBytes);
        if (Current is not { } chunk || chunk._length - chunk._used < bytes)
        {
            chunk = Current = new NativeChunk(Math.Max(1, bytes));
        }

        var offset = chunk._used;
        chunk._used += bytes;
        return (chunk, offset);
    }

    private static nuint RoundUp(nuint bytes, nuint unit) => (bytes + unit - 1) / unit * unit;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
