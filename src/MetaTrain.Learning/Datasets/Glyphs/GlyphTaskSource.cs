using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Glyphs;

/// <summary>
/// Few-shot classification of made-up characters, drawn when they are asked for: a class is a random stroke program, an example a
/// jittered drawing of it (28x28, ink 1, paper 0). There are 2^30 classes a split, and no example is ever drawn twice, so it needs no
/// download; what is measured on it says nothing about real data.
/// </summary>
/// <param name="options">Its options.</param>
public sealed class GlyphTaskSource(GlyphOptions options) : ITaskSource
{
    private readonly GlyphDrawing _drawing = new(options);
    private readonly EpisodeSizes _sizes = new(options.Ways, options.Shots, options.Queries, [1, GlyphDrawing.Side, GlyphDrawing.Side]);

    /// <inheritdoc/>
    public EpisodeShape TrainingShape => _sizes.Largest;

    /// <inheritdoc/>
    public EpisodeShape SmallestTrainingShape => _sizes.Smallest;

    /// <inheritdoc/>
    public EpisodeShape TrainingShapeAt(ulong seed, long iteration) => _sizes.At(seed, iteration);

    /// <inheritdoc/>
    public string? Note => "synthetic: glyphs";

    /// <inheritdoc/>
    public bool HasPixelBaseline => true;

    /// <inheritdoc/>
    public bool HasInk => true;

    /// <inheritdoc/>
    public string? Refuse(Split split, EpisodeShape shape) =>
        shape.IsRegression || shape.Ways < 2 ? "Glyphs are a classification task: ask for at least 2 ways."
        : !shape.Input.SequenceEqual(TrainingShape.Input) ? $"Glyphs have the shape [1, 28, 28], not [{string.Join(", ", shape.Input)}]."
        : null;

    /// <inheritdoc/>
    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var shape = block.Shape;
        var choices = new CounterRandom(key, RandomPurpose.Classes);
        var jitter = new CounterRandom(key, RandomPurpose.GlyphDrawing);
        Span<int> classes = shape.Ways <= 64 ? stackalloc int[shape.Ways] : new int[shape.Ways];
        choices.Sample(classes, GlyphProgram.ClassesPerSplit);
        classes.CopyTo(block.Classes.AsSpan(task * shape.Ways));
        for (var way = 0; way < shape.Ways; way++)
        {
            var program = GlyphProgram.Create(key.Split, classes[way]);
            for (var shot = 0; shot < shape.Shots; shot++)
            {
                _drawing.Draw(program, ref jitter, block.SupportInput(task, (way * shape.Shots) + shot));
            }

            for (var query = 0; query < shape.Queries; query++)
            {
                _drawing.Draw(program, ref jitter, block.QueryInput(task, (way * shape.Queries) + query));
            }
        }
    }
}
