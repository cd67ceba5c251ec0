namespace MetaTrain.Learning.InnerLoop;

/// <summary>
/// How much the query loss after each of K inner steps counts (MAML++, arXiv:1810.09502, multi-step loss optimisation): 1 / K each at first;
/// all but the last fall linearly to a floor of 0.03 / K, as in the authors' code, and what they lose the last one gains. From
/// the given iteration on it counts alone.
/// </summary>
internal static class StepLossWeights
{
    private const double Floor = 0.03;

    /// <summary>The weights, whose sum is 1: that of the loss after step k + 1 at [k].</summary>
    /// <param name="steps">K.</param>
    /// <param name="iteration">The meta-iteration, from 0.</param>
    /// <param name="iterations">Until the last counts alone.</param>
    public static double[] Of(int steps, long iteration, long iterations)
    {
        if (steps == 1 || iteration >= iterations)
        {
            return LastAlone(steps);
        }

        var weights = new double[steps];
        Array.Fill(weights, Math.Max(1 - ((double)iteration / iterations), Floor) / steps);
        weights[^1] = 1 - ((steps - 1) * weights[0]);
        return weights;
    }

    /// <summary>Zeros and a one.</summary>
    public static double[] LastAlone(int steps)
    {
        var weights = new double[steps];
        weights[^1] = 1;
        return weights;
    }
}
