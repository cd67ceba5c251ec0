using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>
/// Options of <see cref="GlyphTaskSource"/>. The defaults of the jitter are tuned so that nearest neighbour on pixels stays well under
/// 75% at 5 ways and 1 shot, while a small convolutional net can learn to tell the classes apart.
/// </summary>
public sealed record GlyphOptions : IValidatableObject
{
    /// <summary>Classes an episode; a range draws them anew for each meta-iteration.</summary>
    [Description("Classes an episode (N-way), or a range such as [5, 20] that each meta-iteration draws from; evaluations take its largest unless they say otherwise.")]
    [Range(2, 1000)]
    public CountRange Ways { get; init; } = 5;

    /// <summary>Support examples a class; a range draws them anew for each meta-iteration.</summary>
    [Description("Support examples a class (K-shot), or a range such as [1, 5] that each meta-iteration draws from; evaluations take its largest unless they say otherwise.")]
    [Range(1, 1000)]
    public CountRange Shots { get; init; } = 1;

    /// <summary>Query examples a class.</summary>
    [Description("Query examples a class.")]
    [Range(1, 1000)]
    public int Queries { get; init; } = 5;

    /// <summary>How far an example is turned at most, in degrees.</summary>
    [Description("How far an example is turned at most, in degrees.")]
    [Range(0.0, 180.0)]
    public float Rotation { get; init; } = 10;

    /// <summary>How much larger or smaller an example is drawn at most, in each direction by itself, as a share of its size.</summary>
    [Description("How much larger or smaller an example is drawn at most, in each direction by itself, as a share of its size.")]
    [Range(0.0, 0.9)]
    public float Scale { get; init; } = 0.15f;

    /// <summary>How far an example is slanted at most, as a share of its height.</summary>
    [Description("How far an example is slanted at most, as a share of its height.")]
    [Range(0.0, 1.0)]
    public float Shear { get; init; } = 0.15f;

    /// <summary>How far an example is moved at most, in pixels, in each direction.</summary>
    [Description("How far an example is moved at most, in pixels, in each direction.")]
    [Range(0.0, 14.0)]
    public float Shift { get; init; } = 1.5f;

    /// <summary>How far the control points of a stroke wander at most, in pixels.</summary>
    [Description("How far the control points of a stroke wander at most, in pixels.")]
    [Range(0.0, 14.0)]
    public float Wobble { get; init; } = 1;

    /// <summary>The thinnest pen, in pixels.</summary>
    [Description("The thinnest pen, in pixels.")]
    [Range(0.5, 8.0)]
    public float ThinnestPen { get; init; } = 1.2f;

    /// <summary>The thickest pen, in pixels.</summary>
    [Description("The thickest pen, in pixels; at least thinnestPen.")]
    [Range(0.5, 8.0)]
    public float ThickestPen { get; init; } = 2.4f;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => ThickestPen < ThinnestPen
        ? [new ValidationResult($"is {ThickestPen}, but thinnestPen is {ThinnestPen}: it must be at least as much.", [nameof(ThickestPen)])]
        : [];
}
