using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Mirrors the image, each way every second time.</summary>
public sealed record Flip : ImageAugmentation, IValidatableObject
{
    /// <summary>Left and right change places.</summary>
    [Description("Left and right change places every second time.")]
    public bool Horizontal { get; init; } = true;

    /// <summary>Top and bottom change places.</summary>
    [Description("Top and bottom change places every second time.")]
    public bool Vertical { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Horizontal || Vertical
        ? []
        : [new ValidationResult("is false, and so is vertical: set one of them to true, or leave flip out.", [nameof(Horizontal)])];

    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
        if (Horizontal && random.NextInt(2) == 1)
        {
            for (var row = 0; row < size.Length; row += size.Width)
            {
                image.Slice(row, size.Width).Reverse();
            }
        }

        if (Vertical && random.NextInt(2) == 1)
        {
            image.CopyTo(scratch);
            for (var row = 0; row < size.Channels * size.Height; row++)
            {
                var (channel, y) = Math.DivRem(row, size.Height);
                var from = ((channel * size.Height) + size.Height - 1 - y) * size.Width;
                scratch.Slice(from, size.Width).CopyTo(image.Slice(row * size.Width, size.Width));
            }
        }
    }
}
