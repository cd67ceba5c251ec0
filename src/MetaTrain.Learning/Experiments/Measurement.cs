namespace MetaTrain.Learning.Experiments;

/// <summary>A mean over episodes, or over the queries of all episodes, with the half-width of its 95% confidence interval over episodes, 1.96 s / sqrt(n).</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Ci95">The half-width; NaN where there is no interval.</param>
public readonly record struct Measurement(double Mean, double Ci95)
{
    internal static Measurement Of(double[] values) => FromSums(values.Sum(), values.Sum(static value => value * value), values.Length);

    internal static Measurement FromSums(double sum, double sumOfSquares, int count)
    {
        var mean = sum / count;
        var variance = count > 1 ? Math.Max(0, sumOfSquares - (count * mean * mean)) / (count - 1) : 0;
        return new Measurement(mean, 1.96 * Math.Sqrt(variance / count));
    }

    /// <inheritdoc/>
    public override string ToString() => double.IsNaN(Ci95) && double.IsFinite(Mean)
        ? FormattableString.Invariant($"{Mean:0.0000}")
        : FormattableString.Invariant($"{Mean:0.0000} ± {Ci95:0.0000}");
}
