using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Options of <see cref="ImageTaskSource"/>.</summary>
public sealed record ImageOptions
{
    /// <summary>Classes an episode.</summary>
    [Description("Classes an episode (N-way).")]
    [Range(2, 1000)]
    public int Ways { get; init; } = 5;

    /// <summary>Support examples a class.</summary>
    [Description("Support examples a class (K-shot).")]
    [Range(1, 1000)]
    public int Shots { get; init; } = 1;

    /// <summary>Query examples a class.</summary>
    [Description("Query examples a class.")]
    [Range(1, 1000)]
    public int Queries { get; init; } = 15;

    /// <summary>What makes more of the training split.</summary>
    [Description("What makes more of the training split: rotate-classes makes each class's rotations by 90, 180 and 270 degrees classes of their own.")]
    public ImmutableArray<ImageAugmentation> Augment { get; init; } = [];
}

/// <summary>What makes more of the training split of an image data set.</summary>
public enum ImageAugmentation
{
    /// <summary>A class's rotations by 90, 180 and 270 degrees are classes of their own: new classes, not new images of the old ones.</summary>
    RotateClasses,
}
