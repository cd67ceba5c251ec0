using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>Options of <see cref="ImageTaskSource"/>.</summary>
public sealed record ImageOptions
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
    public int Queries { get; init; } = 15;

    /// <summary>
    /// False trains without labels: of each pseudo-class the first support example is an image as it is, every other example an
    /// augmentation of that image. Validation and test episodes keep their labels.
    /// </summary>
    [Description("false trains without looking at labels: each of an episode's classes is one image and its augmentations (those of augment, or a strong choice where augment lists none that changes images); validation and test keep their labels.")]
    public bool Labels { get; init; } = true;

    /// <summary>What makes more of the training split, applied in this order; the other splits are never augmented.</summary>
    [Description("What makes more of the training split, in this order, each a name or an object with its options: rotate-classes makes each class's rotations classes of their own, the others change the images themselves. Validation and test are never augmented.")]
    public ImmutableArray<ImageAugmentation> Augment { get; init; } = [];

    /// <summary>What changes each training image: those of <see cref="Augment"/>, after <see cref="ImageAugmentation.ForUnlabelled"/> where training without labels would otherwise show the same image twice.</summary>
    internal ImmutableArray<ImageAugmentation> ImageChanges
    {
        get
        {
            ImmutableArray<ImageAugmentation> changes = [.. Augment.Where(augmentation => augmentation is not RotateClasses)];
            return !Labels && changes.All(change => change is Mixup) ? [.. ImageAugmentation.ForUnlabelled, .. changes] : changes;
        }
    }
}
