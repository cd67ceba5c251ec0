using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Images;

/// <summary>
/// Few-shot classification over an <see cref="ImageDataset"/>: an episode draws its classes, and the examples of each, without
/// replacement, so that support and query never share an image. Bytes 0 to 255 become inputs 0 to 1. Rotated classes exist in
/// training alone.
/// </summary>
public sealed class ImageTaskSource : ITaskSource
{
    private const int Quarters = 4;

    private static readonly float[] Scale = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    private readonly ImageDataset _dataset;
    private readonly bool _rotates;
    private readonly ImageClass[][] _classes;
    private readonly ClassGroups[] _groups;

    /// <summary>A source over a data set.</summary>
    /// <param name="dataset">The data set; its order of classes is part of what an episode depends on.</param>
    /// <param name="options">The options.</param>
    public ImageTaskSource(ImageDataset dataset, ImageOptions options)
    {
        _dataset = dataset;
        _rotates = options.Augment.Contains(ImageAugmentation.RotateClasses);
        _classes = [.. Enum.GetValues<Split>().Select(split => dataset.Classes.Where(c => c.Split == split).ToArray())];
        _groups = [.. Enum.GetValues<Split>().Select(GroupsOf)];
        TrainingShape = new EpisodeShape { Ways = options.Ways, Shots = options.Shots, Queries = options.Queries, Input = dataset.ExampleShape };
    }

    /// <inheritdoc/>
    public EpisodeShape TrainingShape { get; }

    /// <inheritdoc/>
    public string? Note => null;

    /// <inheritdoc/>
    public bool HasPixelBaseline => true;

    /// <inheritdoc/>
    public ClassGroups Groups(Split split) => _groups[(int)split];

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

        if (_rotates && _dataset.ExampleShape[^1] != _dataset.ExampleShape[^2])
        {
            return $"Images of '{_dataset.Name}' are not square, so they cannot be rotated: leave rotate-classes out of data.augment.";
        }

        if (shape.Ways > ClassCount(split))
        {
            return $"{shape.Ways} ways were asked for, but {where} has {ClassCount(split)} classes: ask for at most as many ways.";
        }

        var fewest = _classes[(int)split].Min(c => c.Examples);
        return shape.Shots + shape.Queries > fewest
            ? $"{shape.Shots} shots and {shape.Queries} queries were asked for, but {where} has a class of {fewest} examples: "
                + "ask for at most as many shots and queries together."
            : null;
    }

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var shape = block.Shape;
        var classes = _classes[(int)key.Split];
        var choices = new CounterRandom(key, RandomPurpose.Classes);
        var examples = new CounterRandom(key, RandomPurpose.Examples);
        Span<int> chosen = shape.Ways <= 64 ? stackalloc int[shape.Ways] : new int[shape.Ways];
        var each = shape.Shots + shape.Queries;
        Span<int> drawn = each <= 64 ? stackalloc int[each] : new int[each];

        choices.Sample(chosen, ClassCount(key.Split));
        chosen.CopyTo(block.Classes.AsSpan(task * shape.Ways));
        for (var way = 0; way < shape.Ways; way++)
        {
            // A rotated class is a class of its own: its number holds the class and its quarter turns.
            var quarters = Rotates(key.Split) ? chosen[way] % Quarters : 0;
            var source = classes[Rotates(key.Split) ? chosen[way] / Quarters : chosen[way]];
            examples.Sample(drawn, source.Examples);
            for (var shot = 0; shot < shape.Shots; shot++)
            {
                Write(source, drawn[shot], quarters, block.SupportInput(task, (way * shape.Shots) + shot));
            }

            for (var query = 0; query < shape.Queries; query++)
            {
                Write(source, drawn[shape.Shots + query], quarters, block.QueryInput(task, (way * shape.Queries) + query));
            }
        }
    }

    private ClassGroups GroupsOf(Split split) =>
        ClassGroups.OfNames([.. _classes[(int)split].SelectMany(c => Enumerable.Repeat(c.Name, Rotates(split) ? Quarters : 1))]);

    private bool Rotates(Split split) => _rotates && split == Split.Train;

    private int ClassCount(Split split) => _classes[(int)split].Length * (Rotates(split) ? Quarters : 1);

    private void Write(ImageClass source, int example, int quarters, Span<float> destination)
    {
        var pixels = source.Pixels.AsSpan(example * _dataset.ExampleLength, _dataset.ExampleLength);
        if (quarters == 0)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                destination[i] = Scale[pixels[i]];
            }

            return;
        }

        // Row y, column x of the turned image (counter-clockwise) comes from (x, side - 1 - y), (side - 1 - y, side - 1 - x) or (side - 1 - x, y).
        var side = _dataset.ExampleShape[^1];
        var (start, stepX, stepY) = quarters switch
        {
            1 => (side - 1, side, -1),
            2 => ((side * side) - 1, -1, -side),
            _ => ((side - 1) * side, -side, 1),
        };
        for (var plane = 0; plane < pixels.Length; plane += side * side)
        {
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    destination[plane + (y * side) + x] = Scale[pixels[plane + start + (x * stepX) + (y * stepY)]];
                }
            }
        }
    }
}
