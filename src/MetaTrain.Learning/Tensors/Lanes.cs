using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Tensors;

/// <summary>Vectors that may be filled in part: the last channels of a row need not fill one.</summary>
internal static unsafe class Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* source, int width)
        where T : unmanaged => width == Vector<T>.Count ? Unsafe.ReadUnaligned<Vector<T>>(source) : LoadPart(source, width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* destination, int width)
        where T : unmanaged
    {
        if (width == Vector<T>.Count)
        {
            Unsafe.WriteUnaligned(destination, value);
        }
        else
        {
            StorePart(value, destination, width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<T> LoadPart<T>(T* source, int width)
        where T : unmanaged
    {
        var value = Vector<T>.Zero;
        new ReadOnlySpan<T>(source, width).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<Vector<T>, T>(ref value), Vector<T>.Count));
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart<T>(Vector<T> value, T* destination, int width)
        where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Vector<T>, T>(ref value), width).CopyTo(new Span<T>(destination, width));
}
