namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>
/// Steps the meta-parameters, or a range of them, on a meta-gradient. Managed code over flat vectors in parameter order, element by
/// element, so that a step gives the same bits on every machine and however the parameters are cut into ranges. Not safe for concurrent use.
/// </summary>
public interface IMetaOptimizer
{
    /// <summary>The state that a checkpoint must hold, each a flat vector as long as the parameters (moments), by name.</summary>
    IReadOnlyDictionary<string, float[]> State { get; }

    /// <summary>Clips a gradient by value, and measures it for clipping by norm.</summary>
    /// <param name="gradient">[P], already averaged over tasks; changed.</param>
    /// <returns>
    /// The sum of squares of each piece of <see cref="GradientClipping.PieceLength"/> values; empty where the norm is not clipped.
    /// The next call overwrites them.
    /// </returns>
    double[] Clip(Span<float> gradient);

    /// <summary>Moves <paramref name="parameters"/> in place.</summary>
    /// <param name="parameters">[P], changed.</param>
    /// <param name="gradient">[P], as <see cref="Clip"/> left it; clipping by norm happens inside and changes it.</param>
    /// <param name="iteration">The meta-iteration, from 0: schedules and bias corrections depend on nothing else.</param>
    /// <param name="squareSums">What <see cref="Clip"/> gave for all ranges, in their order.</param>
    void Step(Span<float> parameters, Span<float> gradient, long iteration, ReadOnlySpan<double> squareSums);

    /// <summary>Restores <see cref="State"/> from a checkpoint.</summary>
    /// <exception cref="ArgumentException">A vector is missing, unknown or of another length.</exception>
    void Restore(IReadOnlyDictionary<string, float[]> state);
}
