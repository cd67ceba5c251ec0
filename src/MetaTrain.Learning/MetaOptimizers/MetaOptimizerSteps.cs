namespace MetaTrain.Learning.MetaOptimizers;

/// <summary>Steps on a whole gradient at once.</summary>
public static class MetaOptimizerSteps
{
    /// <summary>Moves all parameters in place.</summary>
    /// <param name="optimizer">The optimizer of all parameters.</param>
    /// <param name="parameters">[P], changed.</param>
    /// <param name="gradient">[P], already averaged over tasks; clipping happens inside and changes it.</param>
    /// <param name="iteration">The meta-iteration, from 0.</param>
    public static void Step(this IMetaOptimizer optimizer, Span<float> parameters, Span<float> gradient, long iteration)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.Step(parameters, gradient, iteration, optimizer.Clip(gradient));
    }
}
