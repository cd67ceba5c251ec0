using System.Globalization;
using System.Text;
using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>How far one coordinator reaches: the product's decisions and sums under simulated workers.</summary>
internal static class ScalingQuestion
{
    /// <summary>Runs one setting; prints as it goes.</summary>
    public static string Row(SimulationSettings settings)
    {
        SimulationFigures figures = new SimulatedCluster(settings).Run();
        StringBuilder row = new();
        row.Append(CultureInfo.InvariantCulture, $"| {settings.Workers:N0} | {settings.Silos:N0} | {figures.IterationsPerSecond:F2} | {figures.Ideal:F2} | ");
        row.Append(CultureInfo.InvariantCulture, $"{figures.BytesIn / 1e6:F1} | {figures.BytesOut / 1e6:F1} | {figures.Cpu:P0} | {figures.LinkIn:P0} | {figures.LinkOut:P0} | ");
        row.Append(CultureInfo.InvariantCulture, $"{figures.Transport:P0} | {figures.Reissued} | {figures.Deaths} | {figures.Limit} |");
        Console.Error.WriteLine($"{row} woken {figures.Woken:F0} {figures.TurnMilliseconds} {figures.Hash[..8]}");
        return row.ToString();
    }
}
