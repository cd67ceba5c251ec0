using System.Collections.Concurrent;

namespace MetaTrain.Learning.Blocks;

/// <summary>
/// Arrays for summed meta-gradients, used again. A gradient is a large object that lives for one block: collecting a thousand of them a
/// second costs more than adding them up. Safe for concurrent use.
/// </summary>
public static class GradientArrays
{
    private const long MostBytes = 512L << 20;

    private static readonly ConcurrentDictionary<int, ConcurrentBag<float[]>> Kept = new();
    private static long Bytes;

    /// <summary>An array of zeros.</summary>
    /// <param name="length">How many values.</param>
    public static float[] Rent(int length)
    {
        if (TakeKept(length) is not { } array)
        {
            return new float[length];
        }

        Array.Clear(array);
        return array;
    }

    /// <summary>An array that the caller fills: it holds whatever it holds.</summary>
    /// <param name="length">How many values.</param>
    public static float[] RentUncleared(int length) => TakeKept(length) ?? GC.AllocateUninitializedArray<float>(length);

    /// <summary>Gives an array back. The caller must hold the only reference: its values are another block's from here on.</summary>
    /// <param name="array">Rented or not.</param>
    public static void Return(float[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Length == 0)
        {
            return;
        }

        if (Interlocked.Add(ref Bytes, BytesOf(array)) > MostBytes)
        {
            // Of a job that has ended, as likely as not: the next blocks make their own again.
            Forget();
            Interlocked.Add(ref Bytes, BytesOf(array));
        }

        Kept.GetOrAdd(array.Length, static _ => []).Add(array);
    }

    private static float[]? TakeKept(int length)
    {
        if (!Kept.TryGetValue(length, out var arrays) || !arrays.TryTake(out var array))
        {
            return null;
        }

        Interlocked.Add(ref Bytes, -BytesOf(array));
        return array;
    }

    private static void Forget()
    {
        foreach (var length in Kept.Keys)
        {
            Kept.TryRemove(length, out _);
        }

        Interlocked.Exchange(ref Bytes, 0);
    }

    private static long BytesOf(float[] array) => (long)array.Length * sizeof(float);
}
