using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Mixtures;

/// <summary>A family of functions of one variable that a regression task is drawn from.</summary>
public enum RegressionFamily
{
    /// <summary>a sin(w x) + b with a in [0.1, 5], w in [0.8, 1.2], b in [0, 2 pi].</summary>
    Sinusoid,

    /// <summary>a x + b with a and b in [-3, 3].</summary>
    Line,

    /// <summary>a x^2 + b x + c with a in [-0.2, 0.2], b in [-2, 2], c in [-3, 3].</summary>
    Quadratic,

    /// <summary>a x^3 + b x^2 + c x + d with a in [-0.1, 0.1], b in [-0.2, 0.2], c in [-2, 2], d in [-3, 3].</summary>
    Cubic,
}

/// <summary>One function: a sine wave, or a polynomial. Both forms are kept in one value, so that drawing tasks allocates nothing.</summary>
/// <param name="Amplitude">Of the sine wave; 0 for a polynomial.</param>
/// <param name="Frequency">Of the sine wave.</param>
/// <param name="Constant">The constant term, of either.</param>
/// <param name="Linear">The factor of x.</param>
/// <param name="Square">The factor of x^2.</param>
/// <param name="Cube">The factor of x^3.</param>
internal readonly record struct RegressionFunction(
    double Amplitude, double Frequency, double Constant, double Linear, double Square, double Cube)
{
    /// <summary>Draws a function of a family, each of its numbers uniformly.</summary>
    public static RegressionFunction Draw(RegressionFamily family, ref CounterRandom random) => family switch
    {
        RegressionFamily.Sinusoid => new(Between(ref random, 0.1, 5), Between(ref random, 0.8, 1.2), Between(ref random, 0, 2 * Math.PI), 0, 0, 0),
        RegressionFamily.Line => new(0, 0, Within(ref random, 3), Within(ref random, 3), 0, 0),
        RegressionFamily.Quadratic => new(0, 0, Within(ref random, 3), Within(ref random, 2), Within(ref random, 0.2), 0),
        RegressionFamily.Cubic => new(0, 0, Within(ref random, 3), Within(ref random, 2), Within(ref random, 0.2), Within(ref random, 0.1)),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "This family draws no function; give it a case here."),
    };

    /// <summary>Its value at <paramref name="x"/>.</summary>
    public double At(double x) =>
        Constant + (x * (Linear + (x * (Square + (x * Cube))))) + (Amplitude == 0 ? 0 : Amplitude * PortableMath.Sin(Frequency * x));

    private static double Within(ref CounterRandom random, double bound) => Between(ref random, -bound, bound);

    private static double Between(ref CounterRandom random, double low, double high) => low + ((high - low) * random.NextDouble());
}
