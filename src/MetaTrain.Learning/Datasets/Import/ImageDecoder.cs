using StbImageSharp;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>
/// Decodes PNG, JPEG, BMP and GIF files into planes of bytes, and resizes them by area averaging in whole numbers. What is transparent lies over
/// white, as on paper: a file may keep any colour where nothing of it is seen.
/// </summary>
internal static class ImageDecoder
{
    private const long MostPixels = 64L << 20;

    /// <summary>What a file's header says; colour is true when it has more than one grey channel (and alpha).</summary>
    public static (int Width, int Height, bool Colour) Inspect(byte[] file, string path)
    {
        var info = Header(file, path);
        return (info.Width, info.Height, info.ColorComponents is ColorComponents.RedGreenBlue or ColorComponents.RedGreenBlueAlpha);
    }

    private static ImageInfo Header(byte[] file, string path)
    {
        var info = Guard(path, () =>
        {
            using var stream = new MemoryStream(file, writable: false);
            return ImageInfo.FromStream(stream);
        }) ?? throw new DatasetImportException($"'{path}' is not an image that can be read: give PNG, JPEG, BMP or GIF files.");
        return (long)info.Width * info.Height is > 0 and <= MostPixels
            ? info
            : throw new DatasetImportException($"'{path}' claims to have {info.Width} x {info.Height} pixels: at most {MostPixels:N0} can be read.");
    }

    /// <summary>Decodes a file to [channels, height, width], white 255.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="width">Its width in the result.</param>
    /// <param name="height">Its height in the result.</param>
    public static byte[] Decode(byte[] file, string path, int channels, int width, int height)
    {
        var hasAlpha = Header(file, path).ColorComponents is ColorComponents.GreyAlpha or ColorComponents.RedGreenBlueAlpha;
        var (opaque, transparent) = channels == 1 ? (ColorComponents.Grey, ColorComponents.GreyAlpha) : (ColorComponents.RedGreenBlue, ColorComponents.RedGreenBlueAlpha);
        var image = Guard(path, () => ImageResult.FromMemory(file, hasAlpha ? transparent : opaque))
            ?? throw new DatasetImportException($"'{path}' is not an image that can be read: give PNG, JPEG, BMP or GIF files.");
        var stride = channels + (hasAlpha ? 1 : 0);
        if (hasAlpha)
        {
            LayOverWhite(image.Data, stride);
        }

        var planes = new byte[channels * width * height];
        for (var channel = 0; channel < channels; channel++)
        {
            Resize(image.Data.AsSpan(channel), stride, image.Width, image.Height, planes.AsSpan(channel * width * height), width, height);
        }

        return planes;
    }

    // Pixels whose last value is how opaque they are.
    private static void LayOverWhite(Span<byte> pixels, int stride)
    {
        for (var pixel = 0; pixel < pixels.Length; pixel += stride)
        {
            var alpha = pixels[pixel + stride - 1];
            foreach (ref var value in pixels.Slice(pixel, stride - 1))
            {
                value = (byte)(((value * alpha) + (255 * (255 - alpha)) + 127) / 255);
            }
        }
    }

    /// <summary>
    /// Each target pixel is the mean of the area it covers. On a grid finer than both images by whole numbers every overlap is a whole
    /// number, so that the mean is exact until it is rounded, halves up. An image that is enlarged shows its pixels as blocks.
    /// </summary>
    private static void Resize(ReadOnlySpan<byte> source, int stride, int sourceWidth, int sourceHeight, Span<byte> target, int width, int height)
    {
        var area = (long)sourceWidth * sourceHeight;
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = ((long)y * sourceHeight, (y + 1L) * sourceHeight);
            for (var x = 0; x < width; x++)
            {
                var (left, right) = ((long)x * sourceWidth, (x + 1L) * sourceWidth);
                var sum = 0L;
                for (var sourceY = top / height; sourceY * height < bottom; sourceY++)
                {
                    var tall = Math.Min(bottom, (sourceY + 1) * height) - Math.Max(top, sourceY * height);
                    for (var sourceX = left / width; sourceX * width < right; sourceX++)
                    {
                        var wide = Math.Min(right, (sourceX + 1) * width) - Math.Max(left, sourceX * width);
                        sum += tall * wide * source[(int)(((sourceY * sourceWidth) + sourceX) * stride)];
                    }
                }

                target[(y * width) + x] = (byte)((sum + (area / 2)) / area);
            }
        }
    }

    private static T? Guard<T>(string path, Func<T?> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new DatasetImportException($"'{path}' is a damaged image ({exception.Message.TrimEnd('.')}): fetch it again, or leave it out.", exception);
        }
    }
}
