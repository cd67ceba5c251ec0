using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>A small random rotation, scaling, slant and shift about the image's middle.</summary>
public sealed record Affine : ImageAugmentation, IValidatableObject
{
    private const double DegreesToRadians = Math.PI / 180;

    /// <summary>How far the image is turned at most, in degrees.</summary>
    [Description("How far the image is turned at most, in degrees.")]
    [Range(0.0, 180.0)]
    public float Rotation { get; init; } = 15;

    /// <summary>How much larger or smaller the image becomes at most, in each direction by itself, as a share of its size.</summary>
    [Description("How much larger or smaller the image becomes at most, in each direction by itself, as a share of its size.")]
    [Range(0.0, 0.9)]
    public float Scale { get; init; } = 0.2f;

    /// <summary>How far the image is slanted at most, as a share of its height.</summary>
    [Description("How far the image is slanted at most, as a share of its height.")]
    [Range(0.0, 1.0)]
    public float Shear { get; init; } = 0.1f;

    /// <summary>How far the image is moved at most in each direction, as a share of its size.</summary>
    [Description("How far the image is moved at most in each direction, as a share of its size.")]
    [Range(0.0, 1.0)]
    public float Shift { get; init; } = 0.1f;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Rotation > 0 || Scale > 0 || Shear > 0 || Shift > 0
        ? []
        : [new ValidationResult("is 0, and so are scale, shear and shift: set one of them, or leave affine out.", [nameof(Rotation)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        var (sine, cosine) = PortableMath.SinCos(Jitter(ref random, Rotation) * DegreesToRadians);
        var (scaleX, scaleY) = (1 + (double)Jitter(ref random, Scale), 1 + (double)Jitter(ref random, Scale));
        var shear = (double)Jitter(ref random, Shear);
        var (middleX, middleY) = (0.5 * (size.Width - 1), 0.5 * (size.Height - 1));
        var (shiftX, shiftY) = ((double)Jitter(ref random, Shift) * size.Width, (double)Jitter(ref random, Shift) * size.Height);

        // Scaled and slanted, then turned: the map goes from the new image to the old, and as each part is as likely as its opposite, that is as good.
        var (xx, xy) = (cosine * scaleX, (cosine * scaleX * shear) - (sine * scaleY));
        var (yx, yy) = (sine * scaleX, (sine * scaleX * shear) + (cosine * scaleY));
        var map = new PixelMap(
            middleX + shiftX - (xx * middleX) - (xy * middleY), xx, xy,
            middleY + shiftY - (yx * middleX) - (yy * middleY), yx, yy);
        Resampling.Warp(size, map, image, scratch);
    }
}
