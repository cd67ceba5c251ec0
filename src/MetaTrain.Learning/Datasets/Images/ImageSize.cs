using System.Collections.Immutable;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>The sizes of an image whose values lie as [channels, height, width].</summary>
internal readonly record struct ImageSize(int Channels, int Height, int Width)
{
    public static ImageSize Of(ImmutableArray<int> shape) => new(shape[0], shape[1], shape[2]);

    /// <summary>Values of one channel.</summary>
    public int Plane => Height * Width;

    /// <summary>Values of all channels.</summary>
    public int Length => Channels * Plane;
}
