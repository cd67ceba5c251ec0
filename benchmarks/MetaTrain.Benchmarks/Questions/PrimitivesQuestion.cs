using System.Globalization;
using System.Text;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using MetaTrain.Benchmarks.Primitives;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>What the parts of a meta-iteration take by themselves, measured by BenchmarkDotNet.</summary>
internal static class PrimitivesQuestion
{
    private static readonly Type[] Primitives =
        [typeof(InnerStep), typeof(EpisodeSampling), typeof(TreeSum), typeof(VectorCodec), typeof(CommitImaging), typeof(CommitStoring)];

    /// <summary>Measures; the table.</summary>
    public static string Table()
    {
        Summary[] summaries = BenchmarkRunner.Run(Primitives, BenchmarkConfig.Create());
        StringBuilder text = new("### Primitives, each by itself\n\n| | time, median (least to greatest) | allocated | over autograd |\n|---|---|---|---|\n");
        foreach (Summary summary in summaries)
        {
            foreach (BenchmarkReport report in summary.Reports)
            {
                text.Append(Row(summary, report)).Append('\n');
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\nBenchmarkDotNet, in this process (its InProcessEmit toolchain): {BenchmarkConfig.Iterations} iterations after {BenchmarkConfig.WarmUps} of warm-up. ");
        text.Append("What libtorch allocates outside the managed heap is not counted. ");
        text.Append("Images and glyphs are drawn, not Omniglot's. Between silos a vector of 64 KiB or more is not written to a message. ");
        text.Append("The embedded store runs in the same process: what it allocates is counted too.\n");
        return text.ToString();
    }

    private static string Row(Summary summary, BenchmarkReport report)
    {
        BenchmarkCase measured = report.BenchmarkCase;
        string name = measured.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        Statistics times = report.ResultStatistics ?? throw new InvalidOperationException($"'{name}' could not be measured: see what BenchmarkDotNet wrote above.");
        Statistics? autograd = summary.Reports.FirstOrDefault(other =>
            other.BenchmarkCase.Descriptor.Baseline && other.BenchmarkCase.Parameters.DisplayInfo == measured.Parameters.DisplayInfo)?.ResultStatistics;
        string faster = autograd is null ? "" : Figure(autograd.Median / times.Median);
        long allocated = report.GcStats.GetBytesAllocatedPerOperation(measured) ?? 0;
        return $"| {name}{string.Concat(measured.Parameters.Items.Select(Text))} | {Time(times.Median)} ({Time(times.Min)} to {Time(times.Max)}) | {Bytes(allocated)} | {faster} |";
    }

    private static string Text(ParameterInstance parameter) => parameter.Value is int number
        ? string.Create(CultureInfo.InvariantCulture, $", {number:N0} {parameter.Name.ToLowerInvariant()}")
        : $", {parameter.Value}";

    private static string Time(double nanoseconds) => nanoseconds < 1e6 ? Figure(nanoseconds / 1e3) + " us" : Figure(nanoseconds / 1e6) + " ms";

    private static string Figure(double value) => value.ToString(value < 9.995 ? "F2" : value < 99.95 ? "F1" : "N0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB"),
    };
}
