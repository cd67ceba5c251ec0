namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>
/// Steps the meta-parameters on a meta-gradient. Managed code over flat vectors in parameter order, element by element,
/// so that a step gives the same bits on every machine. Not safe for concurrent use.
/// </summary>
public interface IMetaOptimizer
{
    /// <summary>The state that a checkpoint must hold, each a flat vector as long as the parameters (moments), by name.</summary>
    IReadOnlyDictionary<string, float[]> State { get; }

    /// <summary>Moves <paramref name="parameters"/> in place.</summary>
    /// <param name="parameters">[P], changed.</param>
    /// <param name="gradient">[P], already averaged over tasks; clipping happens inside and changes it.</param>
    /// <param name="iteration">The meta-iteration, from 0: schedules and bias corrections depend on nothing else.</param>
    void Step(Span<float> parameters, Span<float> gradient, long iteration);

    /// <summary>Restores <see cref="State"/> from a checkpoint.</summary>
    /// <exception cref="ArgumentException">A vector is missing, unknown or of another length.</exception>
    void Restore(IReadOnlyDictionary<string, float[]> state);
}
