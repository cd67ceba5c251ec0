using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>How BenchmarkDotNet measures here.</summary>
internal static class BenchmarkConfig
{
    public const int WarmUps = 3;

    public const int Iterations = 10;

    /// <summary>In this process, because the native library that the build prepares lies beside this program and not beside a generated one.</summary>
    public static IConfig Create() => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithWarmupCount(WarmUps).WithIterationCount(Iterations))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumn(StatisticColumn.Median, StatisticColumn.OperationsPerSecond);
}
