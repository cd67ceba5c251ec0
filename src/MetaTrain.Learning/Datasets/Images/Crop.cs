using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>A random rectangle of the image, resized to the whole: moved, enlarged and stretched in one.</summary>
public sealed record Crop : ImageAugmentation, IValidatableObject
{
    /// <summary>The smallest share of the area that is kept.</summary>
    [Description("The smallest share of the area that is kept.")]
    [Range(0.01, 1.0)]
    public float Smallest { get; init; } = 0.6f;

    /// <summary>How much wider than high, or higher than wide, the part is at most.</summary>
    [Description("How much wider than high, or higher than wide, the part is at most.")]
    [Range(1.0, 4.0)]
    public float Stretch { get; init; } = 4f / 3;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Smallest < 1 || Stretch > 1
        ? []
        : [new ValidationResult("is 1, and so is stretch: set one of them, or leave crop out.", [nameof(Smallest)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        var (area, ratio) = (random.NextSingle(Smallest, 1), Ratio(ref random, Stretch));

        // A part wider or higher than the image is cut off at its border: not so far stretched that less than the smallest area is left of it.
        var most = area / ((double)Smallest * Smallest);
        ratio = Math.Clamp(ratio, 1 / most, most);
        var width = Math.Min(1, Math.Sqrt(area * ratio));
        var height = Math.Min(1, Math.Sqrt(area / ratio));
        var left = random.NextDouble() * (1 - width);
        var top = random.NextDouble() * (1 - height);

        // The middle of pixel x is (x + 1/2) / width of the image.
        var map = new PixelMap(
            (left * size.Width) + (0.5 * width) - 0.5, width, 0,
            (top * size.Height) + (0.5 * height) - 0.5, 0, height);
        Resampling.Warp(size, map, image, scratch);
    }
}
