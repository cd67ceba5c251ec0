using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.InnerLoop;

/// <summary>
/// The support examples that an inner step sees where it sees not all: as many of each class, in turn. An episode's examples were drawn at
/// random, so that going round them is as good as drawing again, and takes no random numbers.
/// </summary>
/// <param name="Classes">C; 1 for regression.</param>
/// <param name="PerClass">Support examples a class, which lie together.</param>
/// <param name="Shots">How many of a class a step sees.</param>
internal readonly record struct MiniBatch(int Classes, int PerClass, int Shots)
{
    /// <summary>Examples a step.</summary>
    public int Count => Classes * Shots;

    /// <summary>That of episodes of a shape; null where a step sees the whole support set.</summary>
    /// <param name="shape">The episodes.</param>
    /// <param name="shots">How many of a class a step sees; 0 for all.</param>
    public static MiniBatch? Of(EpisodeShape shape, int shots) => Of(Math.Max(1, shape.Ways), shape.SupportCount, shots);

    /// <inheritdoc cref="Of(EpisodeShape, int)"/>
    /// <param name="classes">C; 1 for regression.</param>
    /// <param name="examples">Support examples in all.</param>
    /// <param name="shots">How many of a class a step sees; 0 for all.</param>
    public static MiniBatch? Of(int classes, int examples, int shots) =>
        shots == 0 || shots >= examples / classes ? null : new MiniBatch(classes, examples / classes, shots);

    /// <summary>Which support example is in a row of a step's batch.</summary>
    public int Example(int step, int row) => (row / Shots * PerClass) + (int)((((long)step * Shots) + (row % Shots)) % PerClass);
}
