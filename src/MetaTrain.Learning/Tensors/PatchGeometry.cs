namespace MetaTrain.Learning.Tensors;

/// <summary>The sizes of a 3x3 convolution with a border of one zero, over images [T, N, H, W, C].</summary>
/// <param name="Tasks">T.</param>
/// <param name="Images">N, images a task.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Channels">C.</param>
/// <param name="Stride">Pixels from one patch to the next.</param>
internal sealed record PatchGeometry(long Tasks, long Images, long Height, long Width, long Channels, long Stride)
{
    /// <summary>The side of a patch.</summary>
    public const int Kernel = 3;

    /// <summary>Rows of patches.</summary>
    public long OutputHeight => ((Height - 1) / Stride) + 1;

    /// <summary>Patches a row.</summary>
    public long OutputWidth => ((Width - 1) / Stride) + 1;

    /// <summary>[T, N, H, W, C].</summary>
    public long[] ImageShape => [Tasks, Images, Height, Width, Channels];

    /// <summary>[T, N * patches, 9 * C].</summary>
    public long[] PatchShape => [Tasks, Images * OutputHeight * OutputWidth, Kernel * Kernel * Channels];
}
