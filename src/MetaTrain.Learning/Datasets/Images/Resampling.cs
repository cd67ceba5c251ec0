namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Where each pixel of a changed image comes from: (x, y) from (X + XX x + XY y, Y + YX x + YY y).</summary>
internal readonly record struct PixelMap(double X, double XX, double XY, double Y, double YX, double YY);

/// <summary>Resampling between the four nearest pixels; beyond the border the border goes on.</summary>
internal static class Resampling
{
    /// <summary>Replaces an image by its change under a map.</summary>
    /// <param name="size">The image's sizes.</param>
    /// <param name="map">Where each pixel comes from.</param>
    /// <param name="image">[channels, height, width], changed in place.</param>
    /// <param name="scratch">As long as the image.</param>
    public static void Warp(ImageSize size, in PixelMap map, scoped Span<float> image, scoped Span<float> scratch)
    {
        var source = scratch[..size.Length];
        image.CopyTo(source);
        for (var y = 0; y < size.Height; y++)
        {
            for (var x = 0; x < size.Width; x++)
            {
                var fromX = Math.Clamp(map.X + (map.XX * x) + (map.XY * y), 0, size.Width - 1);
                var fromY = Math.Clamp(map.Y + (map.YX * x) + (map.YY * y), 0, size.Height - 1);
                var (left, top) = ((int)fromX, (int)fromY);
                var (right, bottom) = (Math.Min(left + 1, size.Width - 1), Math.Min(top + 1, size.Height - 1));
                var (shareX, shareY) = ((float)(fromX - left), (float)(fromY - top));
                for (var plane = 0; plane < size.Length; plane += size.Plane)
                {
                    var upper = source.Slice(plane + (top * size.Width), size.Width);
                    var lower = source.Slice(plane + (bottom * size.Width), size.Width);
                    var above = Between(upper[left], upper[right], shareX);
                    image[plane + (y * size.Width) + x] = Between(above, Between(lower[left], lower[right], shareX), shareY);
                }
            }
        }
    }

    private static float Between(float first, float second, float share) => first + (share * (second - first));
}
