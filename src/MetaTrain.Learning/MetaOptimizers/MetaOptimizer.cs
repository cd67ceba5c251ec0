namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>
/// What all meta-optimizers share: clipping, the schedule, and state that can be stored and restored. An optimizer is a pure function of
/// (parameters, state, gradient, iteration). Steps use vectors of any width: each element sees the same single-precision operations,
/// none fused, so the width changes no bit.
/// </summary>
/// <typeparam name="TOptions">Its options.</typeparam>
/// <param name="options">Its options.</param>
/// <param name="parameterCount">How many parameters it steps.</param>
/// <param name="stateNames">The names of its state vectors, each as long as the parameters.</param>
public abstract class MetaOptimizer<TOptions>(TOptions options, int parameterCount, params string[] stateNames) : IMetaOptimizer
    where TOptions : MetaOptions
{
    private readonly Dictionary<string, float[]> _state = stateNames.ToDictionary(name => name, _ => new float[parameterCount], StringComparer.Ordinal);

    // A step allocates nothing.
    private readonly double[] _squareSums = options.ClipNorm is null ? [] : new double[GradientClipping.Pieces(parameterCount)];

    /// <inheritdoc/>
    /// <remarks>The live vectors: the next step changes them.</remarks>
    public IReadOnlyDictionary<string, float[]> State => _state;

    /// <summary>Its options.</summary>
    protected TOptions Options { get; } = options;

    /// <inheritdoc/>
    public double[] Clip(Span<float> gradient)
    {
        RequireLength(gradient.Length, nameof(gradient));
        if (Options.ClipValue is { } limit)
        {
            GradientClipping.ByValue(gradient, limit);
        }

        GradientClipping.SquareSums(gradient, _squareSums);
        return _squareSums;
    }

    /// <inheritdoc/>
    public void Step(Span<float> parameters, Span<float> gradient, long iteration, ReadOnlySpan<double> squareSums)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iteration);
        RequireLength(parameters.Length, nameof(parameters));
        RequireLength(gradient.Length, nameof(gradient));
        if (Options.ClipNorm is { } limit)
        {
            GradientClipping.ByNorm(gradient, limit, squareSums);
        }

        Update(parameters, gradient, iteration, Options.Schedule.At(Options.LearningRate, iteration, Options.Iterations));
    }

    /// <inheritdoc/>
    public void Restore(IReadOnlyDictionary<string, float[]> state)
    {
        if (_state.Keys.FirstOrDefault(name => !state.ContainsKey(name)) is { } missing)
        {
            throw new ArgumentException($"The state '{missing}' is missing: the checkpoint is from another optimizer.", nameof(state));
        }

        foreach (var (name, values) in state)
        {
            if (!_state.TryGetValue(name, out var own))
            {
                throw new ArgumentException($"The state '{name}' is unknown here: the checkpoint is from another optimizer.", nameof(state));
            }

            RequireLength(values.Length, nameof(state));
        }

        foreach (var (name, values) in state)
        {
            values.CopyTo(_state[name], 0);
        }
    }

    /// <summary>Moves the parameters; the gradient is clipped already.</summary>
    /// <param name="parameters">[P], changed.</param>
    /// <param name="gradient">[P].</param>
    /// <param name="iteration">The meta-iteration, from 0.</param>
    /// <param name="learningRate">The rate of this iteration.</param>
    protected abstract void Update(Span<float> parameters, ReadOnlySpan<float> gradient, long iteration, double learningRate);

    private void RequireLength(int length, string name)
    {
        if (length != parameterCount)
        {
            throw new ArgumentException($"{length} values were given where there are {parameterCount} parameters.", name);
        }
    }
}
