using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Options;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>
/// One step of <c>data.augment</c>: what makes more of the training split. Applying it is a pure function of the random stream and the
/// image (of a class's images, for <see cref="Mixup"/>), with the same bits on every machine.
/// </summary>
[JsonConverter(typeof(ImageAugmentationConverter))]
public abstract record ImageAugmentation
{
    /// <summary>A class's rotations by 90, 180 and 270 degrees are classes of their own: new classes, not new images of the old ones.</summary>
    public static ImageAugmentation RotateClasses { get; } = new RotateClasses();

    /// <summary>
    /// What training without labels uses unless told otherwise. The authors of arXiv:2006.11325 do not turn images, but flip them, drop
    /// pixels and erase rectangles on Omniglot; with that added, a short run on Omniglot was far behind this.
    /// </summary>
    public static ImmutableArray<ImageAugmentation> ForUnlabelled { get; } = [new Crop(), new Affine()];

    /// <summary>Changes one image.</summary>
    /// <param name="random">Where the choices come from.</param>
    /// <param name="size">The image's sizes.</param>
    /// <param name="image">[channels, height, width], values 0 to 1, changed in place.</param>
    /// <param name="scratch">As long as the image; what it holds does not matter.</param>
    internal abstract void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch);

    /// <summary>A number from -most to most.</summary>
    private protected static float Jitter(ref CounterRandom random, float most) => random.NextSingle(-most, most);

    /// <summary>A ratio from 1 / most to most, as likely to be below 1 as above.</summary>
    private protected static double Ratio(ref CounterRandom random, float most) =>
        PortableMath.Exp(PortableMath.Log(most) * ((2 * random.NextDouble()) - 1));
}

/// <summary>A class's rotations are classes of their own: it changes what is drawn, and no image.</summary>
public sealed record RotateClasses : ImageAugmentation
{
    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
    }
}

internal sealed class ImageAugmentationConverter() : KindConverter<ImageAugmentation>(Kinds)
{
    private static Registry<object?, ImageAugmentation> Kinds { get; } =
        new Registry<object?, ImageAugmentation>("data.augment", shorthand: true)
            .Add<RotateClasses>("rotate-classes", "Each class's rotations by 90, 180 and 270 degrees are classes of their own.", (step, _) => step)
            .Add<Crop>("crop", "A random part of the image, resized to the whole.", (step, _) => step)
            .Add<Affine>("affine", "A small random rotation, scaling, slant and shift.", (step, _) => step)
            .Add<Flip>("flip", "Mirrored, every second time.", (step, _) => step)
            .Add<Colour>("colour", "Random brightness and contrast.", (step, _) => step, "color")
            .Add<Noise>("noise", "Noise added to every value, and pixels dropped.", (step, _) => step)
            .Add<Erase>("erase", "A random rectangle set to 0.", (step, _) => step)
            .Add<Mixup>("mixup", "Each support image mixed with another support image of its class; labels stay, queries too. Needs 2 shots.", (step, _) => step);
}
