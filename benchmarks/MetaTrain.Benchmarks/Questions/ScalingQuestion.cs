using System.Globalization;
using System.Text;
using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>How far one coordinator reaches: the product's decisions and sums, under simulated workers. docs/scaling.md reads the table.</summary>
internal static class ScalingQuestion
{
    /// <summary>The table; fails when two rows of as many blocks end with other bits.</summary>
    public static async Task<string> TableAsync()
    {
        SimulationSettings basis = new() { Workers = 8, TransportNanosecondsPerByte = await TransportCost.NanosecondsPerByteAsync(115_200) };
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"### Simulated workers, 450 KB of parameters, a block of {basis.BlockTime / 1e6:F0} ms each, links of 10 Gbit/s\n\n");
        text.Append("| | workers | silos | ranges | iterations/s | computing alone | MB in | MB out | to step, ms | turns, ms | adding | step | leases | notes | thread busy | link in | link out | sending | again | deaths | limit |\n");
        text.Append("|").Insert(text.Length, "---|", 21).Append('\n');
        Dictionary<(int Blocks, int Parameters), string> hashes = [];
        foreach (ScalingCase row in ScalingCase.All(basis))
        {
            (string line, SimulationFigures figures) = Row(row);
            text.Append(line).Append('\n');
            (int, int) job = (row.Settings.Blocks, row.Settings.Parameters);
            if (!hashes.TryAdd(job, figures.Hash) && hashes[job] != figures.Hash)
            {
                throw new InvalidOperationException($"'{row.Name}' with {row.Settings.Workers} workers ended with other bits than another row of as many blocks.");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\nSeed {basis.Seed}; {basis.Iterations} iterations after {basis.WarmUp} of warm-up; blocks' times vary by {basis.Jitter * 100:F0}%; sending or receiving takes {basis.TransportNanosecondsPerByte:F2} ns a byte on {basis.TransportThreads} threads. ");
        text.Append("Bytes are of the machine that has most of them, the coordinator's or an aggregator's. \"To step\": from a whole round to the next version, messages and fetching included. ");
        text.Append("Columns from \"turns\" to \"notes\" are milliseconds of the coordinator's thread an iteration, but adding and step, which are those of the one that takes longest for it, coordinator or aggregator; ");
        text.Append("\"thread busy\" to \"sending\" are shares of time, on the busiest of these machines. \"again\": blocks leased again. ");
        text.Append("\"Computing alone\" waits for every straggler, which the product does not. ");
        text.Append("All rows with as many blocks of as many parameters ended with the same bits: ");
        text.AppendJoin(", ", hashes.Select(static hash =>
            string.Create(CultureInfo.InvariantCulture, $"{hash.Key.Blocks:N0} blocks of {hash.Key.Parameters:N0} `{hash.Value[..12]}...`"))).Append(".\n");
        return text.ToString();
    }

    /// <summary>Runs one row.</summary>
    public static (string Text, SimulationFigures Figures) Row(ScalingCase row)
    {
        SimulationFigures figures = new SimulatedCluster(row.Settings).Run();
        (double all, double results, double steps, double leases, double notes) = figures.TurnMilliseconds;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Settings.Workers:N0} | {row.Settings.Silos:N0} | {row.Settings.Ranges} | **{figures.IterationsPerSecond:F2}** | {figures.Ideal:F2} | ");
        text.Append(CultureInfo.InvariantCulture, $"{figures.BytesIn / 1e6:F1} | {figures.BytesOut / 1e6:F1} | {figures.StepMilliseconds:F1} | {all:F1} | {results:F1} | {steps:F1} | {leases:F1} | {notes:F1} | ");
        text.Append(CultureInfo.InvariantCulture, $"{figures.Cpu * 100:F0}% | {figures.LinkIn * 100:F0}% | {figures.LinkOut * 100:F0}% | {figures.Transport * 100:F0}% | ");
        text.Append(CultureInfo.InvariantCulture, $"{figures.Reissued} | {figures.Deaths} | {figures.Limit} |");
        Console.Error.WriteLine($"{text} {figures.Hash[..12]}, {figures.Woken:F0} turns woken");
        return (text.ToString(), figures);
    }
}
