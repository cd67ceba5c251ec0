namespace MetaTrain.Console.Live;

/// <summary>A series as one row of small bars.</summary>
internal static class Sparkline
{
    /// <summary>The series squeezed to a width: each bar is the mean of its share of the values, from the lowest level to the highest.</summary>
    public static string Render(IReadOnlyList<double> values, int width, string levels)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        int bars = Math.Min(width, finite.Length);
        if (bars < 2)
        {
            return "";
        }

        double[] means = [.. Enumerable.Range(0, bars).Select(bar => MeanOf(finite, bar, bars))];
        double low = means.Min();
        double range = means.Max() - low;
        return string.Concat(means.Select(mean =>
            levels[range > 0 ? Math.Min(levels.Length - 1, (int)((mean - low) / range * levels.Length)) : 0]));
    }

    private static double MeanOf(double[] values, int bar, int bars)
    {
        int from = (int)((long)bar * values.Length / bars);
        int to = Math.Max(from + 1, (int)((long)(bar + 1) * values.Length / bars));
        return values.AsSpan(from, to - from).ToArray().Average();
    }
}
