using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Models;

/// <summary>How a parameter's initial values are drawn: from one of three distributions, by counter-based randomness.</summary>
public sealed class Initializer
{
    private readonly double _mean;
    private readonly double _uniformBound;
    private readonly double _deviation;

    private Initializer(double mean, double uniformBound, double deviation) =>
        (_mean, _uniformBound, _deviation) = (mean, uniformBound, deviation);

    /// <summary>All the same value.</summary>
    public static Initializer Constant(double value) => new(value, 0, 0);

    /// <summary>Uniform between -bound and bound.</summary>
    public static Initializer Uniform(double bound) => new(0, bound, 0);

    /// <summary>Normal around zero.</summary>
    public static Initializer Normal(double deviation) => new(0, 0, deviation);

    /// <summary>Fills a parameter: a pure function of the seed and the parameter's position.</summary>
    internal void Fill(Span<float> values, ulong seed, int position)
    {
        if (_uniformBound == 0 && _deviation == 0)
        {
            values.Fill((float)_mean);
            return;
        }

        var random = new CounterRandom(seed, RandomPurpose.Parameters, task: position);
        if (_deviation > 0)
        {
            random.FillGaussian(values, _mean, _deviation);
        }
        else
        {
            random.FillUniform(values, (float)-_uniformBound, (float)_uniformBound);
        }
    }
}
