using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Random brightness and contrast, the same for all channels; values stay within 0 to 1.</summary>
public sealed record Colour : ImageAugmentation, IValidatableObject
{
    /// <summary>How much brighter or darker the image becomes at most, as a share.</summary>
    [Description("How much brighter or darker the image becomes at most, as a share.")]
    [Range(0.0, 1.0)]
    public float Brightness { get; init; } = 0.4f;

    /// <summary>How much further from its mean, or nearer to it, values come at most, as a share.</summary>
    [Description("How much further from the image's mean, or nearer to it, values come at most, as a share.")]
    [Range(0.0, 1.0)]
    public float Contrast { get; init; } = 0.4f;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Brightness > 0 || Contrast > 0
        ? []
        : [new ValidationResult("is 0, and so is contrast: set one of them, or leave colour out.", [nameof(Brightness)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        var (brightness, contrast) = (1 + Jitter(ref random, Brightness), 1 + Jitter(ref random, Contrast));
        var sum = 0.0;
        foreach (var value in image)
        {
            sum += value;
        }

        var mean = (float)(sum / image.Length);
        foreach (ref var value in image)
        {
            value = Math.Clamp(brightness * (mean + (contrast * (value - mean))), 0, 1);
        }
    }
}
