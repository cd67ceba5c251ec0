using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Normal noise on every value, and pixels set to 0; values stay within 0 to 1.</summary>
public sealed record Noise : ImageAugmentation, IValidatableObject
{
    /// <summary>The standard deviation of what is added, where values lie from 0 to 1.</summary>
    [Description("The standard deviation of what is added, where values lie from 0 to 1.")]
    [Range(0.0, 1.0)]
    public float Deviation { get; init; } = 0.1f;

    /// <summary>The share of pixels set to 0, in all channels.</summary>
    [Description("The share of pixels set to 0, in all channels.")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public float Dropout { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Deviation > 0 || Dropout > 0
        ? []
        : [new ValidationResult("is 0, and so is dropout: set one of them, or leave noise out.", [nameof(Deviation)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        if (Deviation > 0)
        {
            foreach (ref var value in image)
            {
                value = Math.Clamp(value + (float)(Deviation * random.NextGaussian()), 0, 1);
            }
        }

        for (var pixel = 0; pixel < size.Plane && Dropout > 0; pixel++)
        {
            if (random.NextSingle() < Dropout)
            {
                for (var at = pixel; at < size.Length; at += size.Plane)
                {
                    image[at] = 0;
                }
            }
        }
    }
}
