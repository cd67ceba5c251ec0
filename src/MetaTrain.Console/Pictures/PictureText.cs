using System.Globalization;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Pictures;

/// <summary>What a picture of an episode says in words.</summary>
internal static class PictureText
{
    /// <summary>Which episode of which version.</summary>
    public static string Title(JobId job, Demonstration shown) =>
        $"{job}, version {Format.Count(shown.Version)}: task {Format.Count(shown.Task)} of the {shown.Split} split";

    /// <summary>What was measured on it, before and after adaptation.</summary>
    public static string Measures(Demonstration shown)
    {
        string[] values = [.. shown.Measures.Select(measure => Measure(shown, measure))];
        string name = shown.Ways > 0 ? "accuracy" : "mean squared error";
        return shown.InnerSteps switch
        {
            [] => $"{name} {values[0]} (this method takes no inner steps: there is no 'before')",
            _ => $"{name} " + string.Join(", ", shown.InnerSteps.Zip(values, (steps, value) => $"{value} {When(steps)}")),
        };
    }

    /// <summary>What an episode is made of.</summary>
    public static string Sizes(Demonstration shown) => shown.Ways > 0
        ? $"{Format.Count(shown.Ways)}-way {Format.Count(shown.Shots)}-shot, {Queries(shown)} a class"
        : $"{Format.Count(shown.Shots, "support point")}, {Format.Count(shown.Queries, "query point")}";

    /// <summary>"before adaptation", "after 3 steps".</summary>
    public static string When(int steps) => steps == 0 ? "before adaptation" : $"after {Format.Count(steps, "step")}";

    /// <summary>An accuracy, or an error.</summary>
    public static string Measure(Demonstration shown, double value) => shown.Ways > 0 ? Format.Percent(value) : Error(value);

    private static string Error(double value) =>
        value is >= 0.001 and < 1000 or 0 ? value.ToString("0.###", CultureInfo.InvariantCulture) : Format.Loss(value);

    private static string Queries(Demonstration shown) => shown.Queries == 1 ? "1 query" : $"{Format.Count(shown.Queries)} queries";
}
