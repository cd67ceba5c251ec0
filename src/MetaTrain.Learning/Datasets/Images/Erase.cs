using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Sets a random rectangle to 0 (Zhong et al. 2017, arXiv:1708.04896), in all channels.</summary>
public sealed record Erase : ImageAugmentation, IValidatableObject
{
    private const float MostStretch = 1 / 0.3f;

    /// <summary>How often an image is erased from.</summary>
    [Description("The share of images that are erased from.")]
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public float Chance { get; init; } = 0.5f;

    /// <summary>The smallest rectangle, as a share of the area.</summary>
    [Description("The smallest rectangle, as a share of the area.")]
    [Range(0.0, 1.0)]
    public float Smallest { get; init; } = 0.02f;

    /// <summary>The largest rectangle, as a share of the area; at least <see cref="Smallest"/>.</summary>
    [Description("The largest rectangle, as a share of the area; at least smallest.")]
    [Range(0.0, 1.0)]
    public float Largest { get; init; } = 0.33f;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Largest >= Smallest
        ? []
        : [new ValidationResult($"is {Largest}, but smallest is {Smallest}: it must be at least as much.", [nameof(Largest)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        if (random.NextSingle() >= Chance)
        {
            return;
        }

        var (area, ratio) = (random.NextSingle(Smallest, Largest), Ratio(ref random, MostStretch));
        var width = Math.Clamp((int)Math.Round(Math.Sqrt(area * ratio) * size.Width), 1, size.Width);
        var height = Math.Clamp((int)Math.Round(Math.Sqrt(area / ratio) * size.Height), 1, size.Height);
        var (left, top) = (random.NextInt(size.Width - width + 1), random.NextInt(size.Height - height + 1));
        for (var channel = 0; channel < size.Channels; channel++)
        {
            for (var y = top; y < top + height; y++)
            {
                image.Slice((channel * size.Plane) + (y * size.Width) + left, width).Clear();
            }
        }
    }
}
