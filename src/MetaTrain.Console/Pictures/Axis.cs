namespace MetaTrain.Console.Pictures;

/// <summary>An axis: values from <paramref name="Low"/> to <paramref name="High"/> along pixels from <paramref name="From"/> to <paramref name="To"/>.</summary>
internal readonly record struct Axis(double Low, double High, double From, double To)
{
    /// <summary>The pixel of a value.</summary>
    public double At(double value) => From + ((value - Low) / (High - Low) * (To - From));

    /// <summary>Round values along it, about as many as asked for: multiples of 1, 2 or 5 times a power of ten.</summary>
    public IEnumerable<double> Ticks(int about)
    {
        double step = StepOf((High - Low) / about);
        for (double index = Math.Ceiling(Low / step); index * step <= High; index++)
        {
            // Not 0.30000000000000004, not -0.
            yield return Math.Round(index * step, 10) + 0.0;
        }
    }

    private static double StepOf(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
