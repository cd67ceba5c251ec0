using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>
/// Mixes each support image x of a class with another support image y of the same class: x + m (y - x), m uniform in [0, strength).
/// It is not the mixup of Zhang et al. 2017 (arXiv:1710.09412), which mixes two classes and their labels: the labels of an episode follow
/// from the order of its examples and are one-hot, so that an example of two classes cannot be told. For the same reason m is not drawn
/// from a Beta distribution, whose form matters to mixed labels: with the label at rest a bound on how far an image may go says more.
/// </summary>
public sealed record Mixup : ImageAugmentation
{
    /// <summary>The largest share of the other image.</summary>
    [Description("The largest share of the other image; the share is uniform from 0 to it.")]
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public float Strength { get; init; } = 0.5f;

    /// <summary>Mixes the images of a class.</summary>
    /// <param name="random">Where the choices come from.</param>
    /// <param name="images">[images, D], changed in place.</param>
    /// <param name="length">D.</param>
    /// <param name="first">The first that is changed; those before it lend themselves to others only.</param>
    internal void Mix(ref CounterRandom random, scoped Span<float> images, int length, int first)
    {
        var count = images.Length / length;
        if (count < 2)
        {
            return;
        }

        // Partners as they were, not as they become: the order of images must not matter.
        var originals = images.ToArray();
        for (var image = first; image < count; image++)
        {
            var other = random.NextInt(count - 1);
            other += other >= image ? 1 : 0;
            var share = Strength * random.NextSingle();
            var own = images.Slice(image * length, length);
            var partner = originals.AsSpan(other * length, length);
            for (var i = 0; i < length; i++)
            {
                own[i] += share * (partner[i] - own[i]);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>One image by itself has nothing to be mixed with: <see cref="Mix"/> does it.</remarks>
    internal override void Apply(ref CounterRandom random, ImageSize size, scoped Span<float> image, scoped Span<float> scratch)
    {
    }
}
