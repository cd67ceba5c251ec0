namespace MetaTrain.Learning.Episodes;

/// <summary>
/// Sine, cosine, logarithm, exponential and powers from additions, multiplications and divisions alone. Those of <see cref="Math"/> call the
/// operating system's C library, whose last bits change from one system to the next; these are the same on every machine
/// (the runtime never fuses a multiplication with an addition by itself). Accurate to about 1e-15 on the ranges used here.
/// </summary>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309417232121458;

    /// <summary>ln 2 to 32 bits, so that its product with a small whole number is exact.</summary>
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPi = Math.PI / 2;

    /// <summary>The part of pi / 2 that a double cannot hold.</summary>
    private const double HalfPiRest = 6.123233995736766e-17;

    private static ReadOnlySpan<double> SineSeries =>
        [1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000];

    private static ReadOnlySpan<double> CosineSeries =>
        [1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000];

    private static ReadOnlySpan<double> ArtanhSeries =>
        [1, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21];

    private static ReadOnlySpan<double> ExponentialSeries =>
        [1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800];

    /// <summary>The sine of an angle of at most a million radians.</summary>
    public static double Sin(double angle) => SinCos(angle).Sin;

    /// <summary>The cosine of an angle of at most a million radians.</summary>
    public static double Cos(double angle) => SinCos(angle).Cos;

    /// <summary>Sine and cosine of an angle of at most a million radians.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        // Quarter turns are taken off, which leaves at most pi / 4, where nine terms of the Taylor series are enough.
        var turns = Math.Round(angle / HalfPi);
        var rest = angle - (turns * HalfPi) - (turns * HalfPiRest);
        var square = rest * rest;
        var (sin, cos) = (rest * Polynomial(SineSeries, square), Polynomial(CosineSeries, square));
        return ((long)turns & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>The natural logarithm of a normal, positive number.</summary>
    public static double Log(double value)
    {
        // value = mantissa * 2^exponent with the mantissa in [sqrt(1/2), sqrt(2)); log m = 2 artanh((m - 1) / (m + 1)).
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            (mantissa, exponent) = (mantissa / 2, exponent + 1);
        }

        var s = (mantissa - 1) / (mantissa + 1);
        return (exponent * Ln2) + (2 * s * Polynomial(ArtanhSeries, s * s));
    }

    /// <summary>e to a power; 0 below -708, where the result would no longer be a normal number. What is not a number stays so.</summary>
    public static double Exp(double power)
    {
        if (power is < -708 or > 709)
        {
            return power < 0 ? 0 : double.PositiveInfinity;
        }

        if (double.IsNaN(power))
        {
            return power;
        }

        // power = whole ln 2 + rest with |rest| at most ln 2 / 2, where fourteen terms of the Taylor series are enough.
        var whole = Math.Round(power / Ln2);
        var rest = power - (whole * Ln2High) - (whole * Ln2Low);
        return Polynomial(ExponentialSeries, rest) * BitConverter.Int64BitsToDouble(((long)whole + 1023) << 52);
    }

    /// <summary><paramref name="value"/> to a whole power, by squaring.</summary>
    public static double Power(double value, long exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        var power = 1.0;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            power = (exponent & 1) == 1 ? power * value : power;
        }

        return power;
    }

    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        var sum = 0.0;
        for (var term = coefficients.Length - 1; term >= 0; term--)
        {
            sum = (sum * x) + coefficients[term];
        }

        return sum;
    }
}
