using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Devices;

/// <summary>What native code has allocated in this process and not freed yet, as glibc counts it over all its arenas.</summary>
internal static partial class NativeHeap
{
    /// <summary>In bytes; null where the C library does not tell.</summary>
    public static long? BytesInUse
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return null;
            }

            try
            {
                var now = Read();
                return (long)(now.InUse + now.Mapped);
            }
            catch (EntryPointNotFoundException)
            {
                // Another C library, or a glibc before 2.33.
                return null;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallocInfo Read();

    // The fields of struct mallinfo2 in their order; the others are not needed here.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastBins;
        private readonly nuint _mappedRegions;
        public readonly nuint Mapped;
        private readonly nuint _mostAllocated;
        private readonly nuint _inFastBins;
        public readonly nuint InUse;
        private readonly nuint _free;
        private readonly nuint _trimmable;
    }
}
