using System.Numerics;
using System.Runtime.CompilerServices;
using static MetaTrain.Learning.Tensors.Lanes;

namespace MetaTrain.Learning.Tensors;

/// <summary>
/// Patches of images in memory. Within a row of a patch its pixels and their channels lie side by side, in the image as in the patch: both
/// directions move whole runs, and neither needs a copy of the image with its border of zeros.
/// </summary>
internal static unsafe class PatchKernels
{
    private const int Kernel = PatchGeometry.Kernel;

    /// <summary>Writes every patch of every image, zeros where it reaches over the border.</summary>
    /// <param name="images">[T, N, H, W, C].</param>
    /// <param name="patches">[T, N * patches, 9 * C].</param>
    /// <param name="g">The sizes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<T>(T* images, T* patches, PatchGeometry g)
        where T : unmanaged
    {
        var (height, width, stride, channels) = ((int)g.Height, (int)g.Width, (int)g.Stride, (int)g.Channels);
        var (rows, columns, length, imageLength) = ((int)g.OutputHeight, (int)g.OutputWidth, Kernel * channels, height * width * channels);
        for (var image = g.Tasks * g.Images; image > 0; image--, images += imageLength)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var left = (column * stride) - 1;
                    var (first, end) = (Math.Max(0, left), Math.Min(width, left + Kernel));
                    var (before, count) = ((first - left) * channels, (end - first) * channels);
                    for (var y = (row * stride) - 1; y <= (row * stride) + 1; y++, patches += length)
                    {
                        if ((uint)y >= (uint)height)
                        {
                            Zero(patches, length);
                            continue;
                        }

                        Zero(patches, before);
                        Copy(images + (((y * width) + first) * channels), patches + before, count);
                        Zero(patches + before + count, length - before - count);
                    }
                }
            }
        }
    }

    /// <summary>Adds every value of every patch to the pixel it came from.</summary>
    /// <param name="patches">[T, N * patches, 9 * C].</param>
    /// <param name="images">[T, N, H, W, C], zero at first.</param>
    /// <param name="g">The sizes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter<T>(T* patches, T* images, PatchGeometry g)
        where T : unmanaged, INumber<T>
    {
        var (height, width, stride, channels) = ((int)g.Height, (int)g.Width, (int)g.Stride, (int)g.Channels);
        var (rows, columns, length, imageLength) = ((int)g.OutputHeight, (int)g.OutputWidth, Kernel * channels, height * width * channels);
        for (var image = g.Tasks * g.Images; image > 0; image--, images += imageLength)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var left = (column * stride) - 1;
                    var (first, end) = (Math.Max(0, left), Math.Min(width, left + Kernel));
                    for (var y = (row * stride) - 1; y <= (row * stride) + 1; y++, patches += length)
                    {
                        if ((uint)y < (uint)height)
                        {
                            Add(patches + ((first - left) * channels), images + (((y * width) + first) * channels), (end - first) * channels);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Zero<T>(T* destination, int count)
        where T : unmanaged
    {
        if (count > 0)
        {
            new Span<T>(destination, count).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<T>(T* source, T* destination, int count)
        where T : unmanaged
    {
        var at = 0;
        for (; at <= count - Vector<T>.Count; at += Vector<T>.Count)
        {
            Store(Load(source + at, Vector<T>.Count), destination + at, Vector<T>.Count);
        }

        for (; at < count; at++)
        {
            destination[at] = source[at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T* source, T* destination, int count)
        where T : unmanaged, INumber<T>
    {
        var at = 0;
        for (; at <= count - Vector<T>.Count; at += Vector<T>.Count)
        {
            Store(Load(destination + at, Vector<T>.Count) + Load(source + at, Vector<T>.Count), destination + at, Vector<T>.Count);
        }

        for (; at < count; at++)
        {
            destination[at] += source[at];
        }
    }
}
