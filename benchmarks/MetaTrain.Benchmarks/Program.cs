using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MetaTrain.Benchmarks.Coordination;
using MetaTrain.Benchmarks.Questions;

// ... -- silo ...: a silo of a contest's cluster; ... -- coordination [SILOS WORKERS-A-SILO]: iterations/s of jobs that compute nothing.
if (args is ["silo", .. var silo])
{
    return await SiloVerb.RunAsync(silo);
}

if (args is ["coordination", .. var shape])
{
    return shape is [var silos, var each]
        ? await QuestionRun.CoordinationAsync([(int.Parse(silos), int.Parse(each))], rounds: 3, seconds: 5)
        : await QuestionRun.CoordinationAsync([(1, 2), (2, 4), (2, 16)], rounds: 3, seconds: 5);
}

// ... -- work NAME SECONDS WORKERS: one workload alone, for a profiler.
if (args is ["work", var workload, var duration, var workers])
{
    Console.WriteLine(Workload.Of(workload).Ours(int.Parse(workers), MetaTrain.Learning.Blocks.ComputePath.Fused)(double.Parse(duration)));
    return 0;
}

// dotnet run -c Release --project benchmarks/MetaTrain.Benchmarks -- questions [NAME]...   (from the repository's root; benchmarks/run does it)
if (args is ["questions", .. var names])
{
    return QuestionRun.Run(names, rounds: 5, seconds: 4);
}

// dotnet run -c Release --project benchmarks/MetaTrain.Benchmarks -- --filter '*'
// In this process, because the native library that the build prepares lies beside this program and not beside a generated one.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithWarmupCount(3).WithIterationCount(15);
var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(job).AddColumn(StatisticColumn.Median, StatisticColumn.OperationsPerSecond);
return BenchmarkSwitcher.FromAssembly(typeof(QuestionRun).Assembly).Run(args, config).All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
