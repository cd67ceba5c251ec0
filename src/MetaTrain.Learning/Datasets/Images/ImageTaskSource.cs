using System.Collections.Immutable;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>
/// Few-shot classification over an <see cref="ImageDataset"/>: an episode draws its classes, and the examples of each, without
/// replacement, so that support and query never share an image. Bytes 0 to 255 become inputs 0 to 1. Rotated classes, augmented images
/// and episodes without labels exist in training alone.
/// </summary>
public sealed class ImageTaskSource : ITaskSource
{
    /// <summary>A block brings six sums of each class: of more classes that is more than a hundred kilobytes.</summary>
    private const int MostReported = 2_000;

    private readonly ImageDataset _dataset;
    private readonly ImageSize _size;
    private readonly EpisodeSizes _sizes;
    private readonly bool _rotates;
    private readonly ImmutableArray<ImageAugmentation> _changes;
    private readonly ImageClass[][] _classes;
    private readonly ClassGroups[] _groups;
    private readonly ClassGroups[] _classesByName;
    private readonly ImagePool? _unlabelled;

    /// <summary>A source over a data set.</summary>
    /// <param name="dataset">The data set; its order of classes is part of what an episode depends on.</param>
    /// <param name="options">The options.</param>
    public ImageTaskSource(ImageDataset dataset, ImageOptions options)
    {
        (_dataset, _size, _changes) = (dataset, ImageSize.Of(dataset.ExampleShape), options.ImageChanges);
        _rotates = options.Augment.Contains(ImageAugmentation.RotateClasses);
        _classes = [.. Enum.GetValues<Split>().Select(split => dataset.Classes.Where(c => c.Split == split).ToArray())];
        _unlabelled = options.Labels ? null : new ImagePool(_classes[(int)Split.Train]);
        _groups = [.. Enum.GetValues<Split>().Select(split => GroupsOf(split, ClassGroups.OfNames))];
        _classesByName = [.. Enum.GetValues<Split>().Select(split =>
            _classes[(int)split].Length > MostReported ? ClassGroups.None : GroupsOf(split, ClassGroups.OfEach))];
        // What is told of a class is not true of its rotations, nor of one image that stands for a class.
        _sizes = new EpisodeSizes(options.Ways, options.Shots, options.Queries, dataset.ExampleShape, _rotates || !options.Labels ? 0 : dataset.Descriptions);
    }

    /// <inheritdoc/>
    public EpisodeShape TrainingShape => _sizes.Largest;

    /// <inheritdoc/>
    public EpisodeShape SmallestTrainingShape => _sizes.Smallest;

    /// <inheritdoc/>
    public EpisodeShape TrainingShapeAt(ulong seed, long iteration) => _sizes.At(seed, iteration);

    /// <inheritdoc/>
    public string? Note => null;

    /// <inheritdoc/>
    public bool HasPixelBaseline => true;

    /// <inheritdoc/>
    public bool HasInk => _dataset.Name == OmniglotImporter.Name;

    /// <inheritdoc/>
    public ClassGroups Groups(Split split) => _groups[(int)split];

    /// <inheritdoc/>
    public ClassGroups Classes(Split split) => _classesByName[(int)split];

    /// <inheritdoc/>
    public string? Refuse(Split split, EpisodeShape shape)
    {
        var where = $"the {split.ToString().ToLowerInvariant()} split of '{_dataset.Name}'";
        if (shape.IsRegression || shape.Ways < 2)
        {
            return $"'{_dataset.Name}' is a classification task: ask for at least 2 ways.";
        }

        if (!shape.Input.SequenceEqual(_dataset.ExampleShape))
        {
            return $"Images of '{_dataset.Name}' have the shape [{string.Join(", ", _dataset.ExampleShape)}], not [{string.Join(", ", shape.Input)}].";
        }

        if (shape.Descriptions != TrainingShape.Descriptions)
        {
            return $"Classes of '{_dataset.Name}' are described by {TrainingShape.Descriptions} values here, not by {shape.Descriptions}.";
        }

        if (_rotates && _size.Width != _size.Height)
        {
            return $"Images of '{_dataset.Name}' are not square, so they cannot be rotated: leave rotate-classes out of data.augment.";
        }

        if (split == Split.Train && shape.Shots < 2 && _changes.Any(change => change is Mixup))
        {
            return $"data.augment has mixup, which mixes support images of one class, but there are episodes of {shape.Shots} shot: ask for at least 2 shots, or leave mixup out.";
        }

        if (shape.Ways > ClassCount(split))
        {
            var what = Unlabelled(split) is null ? "classes" : "images";
            return $"{shape.Ways} ways were asked for, but {where} has {ClassCount(split)} {what}: ask for at most as many ways.";
        }

        var fewest = _classes[(int)split].Min(c => c.Examples);
        return shape.Shots + shape.Queries > fewest && Unlabelled(split) is null
            ? $"{shape.Shots} shots and {shape.Queries} queries were asked for, but {where} has a class of {fewest} examples: "
                + "ask for at most as many shots and queries together."
            : null;
    }

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var shape = block.Shape;
        var choices = new CounterRandom(key, RandomPurpose.Classes);
        var examples = new CounterRandom(key, RandomPurpose.Examples);
        var augmentation = new CounterRandom(key, RandomPurpose.Augmentation);
        Span<int> chosen = shape.Ways <= 64 ? stackalloc int[shape.Ways] : new int[shape.Ways];
        var each = shape.Shots + shape.Queries;
        Span<int> drawn = each <= 64 ? stackalloc int[each] : new int[each];
        var changes = key.Split == Split.Train ? _changes : [];
        Span<float> scratch = changes.IsEmpty ? [] : new float[_size.Length];

        var unlabelled = Unlabelled(key.Split);
        choices.Sample(chosen, ClassCount(key.Split));
        var classes = block.Classes.AsSpan(task * shape.Ways, shape.Ways);
        if (unlabelled is null)
        {
            chosen.CopyTo(classes);
        }
        else
        {
            classes.Fill(-1);
        }

        for (var way = 0; way < shape.Ways; way++)
        {
            // A rotated class is a class of its own: its number holds the class and its quarter turns. So is a rotated image without labels.
            var quarters = Rotates(key.Split) ? chosen[way] % QuarterTurns.Count : 0;
            var number = Rotates(key.Split) ? chosen[way] / QuarterTurns.Count : chosen[way];
            ImageClass source;
            if (unlabelled is null)
            {
                source = _classes[(int)key.Split][number];
                examples.Sample(drawn, source.Examples);
            }
            else
            {
                (source, var only) = unlabelled.Find(number);
                drawn.Fill(only);
            }

            if (shape.Descriptions > 0)
            {
                source.Description.CopyTo(block.Description(task, way));
            }

            for (var example = 0; example < each; example++)
            {
                var destination = Example(block, task, way, example);
                QuarterTurns.Write(source.Pixels.AsSpan(drawn[example] * _size.Length, _size.Length), _size, quarters, destination);
            }

            // Without labels the first support example is the image itself, and stays it.
            Change(changes, ref augmentation, block, task, way, unlabelled is null ? 0 : 1, scratch);
        }
    }

    private ClassGroups GroupsOf(Split split, Func<IReadOnlyList<string>, ClassGroups> group) => Unlabelled(split) is not null
        ? ClassGroups.None
        : group([.. _classes[(int)split].SelectMany(c => Enumerable.Repeat(c.Name, Rotates(split) ? QuarterTurns.Count : 1))]);

    /// <summary>Changes the examples of a class, support before queries, from the example <paramref name="first"/> on; up to each mixup image by image.</summary>
    private void Change(
        ImmutableArray<ImageAugmentation> changes, ref CounterRandom random, EpisodeBlock block, int task, int way, int first, scoped Span<float> scratch)
    {
        var (shape, done) = (block.Shape, 0);
        while (done < changes.Length)
        {
            var mixup = changes.Skip(done).TakeWhile(change => change is not Mixup).Count() + done;
            for (var example = first; example < shape.Shots + shape.Queries; example++)
            {
                foreach (var change in changes.AsSpan(done..mixup))
                {
                    change.Apply(ref random, _size, Example(block, task, way, example), scratch);
                }
            }

            if (mixup < changes.Length)
            {
                var support = block.SupportInputs.AsSpan(((task * shape.SupportCount) + (way * shape.Shots)) * _size.Length, shape.Shots * _size.Length);
                ((Mixup)changes[mixup]).Mix(ref random, support, _size.Length, first);
            }

            done = mixup + 1;
        }
    }

    private static Span<float> Example(EpisodeBlock block, int task, int way, int example) => example < block.Shape.Shots
        ? block.SupportInput(task, (way * block.Shape.Shots) + example)
        : block.QueryInput(task, (way * block.Shape.Queries) + example - block.Shape.Shots);

    private bool Rotates(Split split) => _rotates && split == Split.Train;

    private ImagePool? Unlabelled(Split split) => split == Split.Train ? _unlabelled : null;

    private int ClassCount(Split split) => (Unlabelled(split)?.Count ?? _classes[(int)split].Length) * (Rotates(split) ? QuarterTurns.Count : 1);
}
