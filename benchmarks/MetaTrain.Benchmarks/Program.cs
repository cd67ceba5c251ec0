using BenchmarkDotNet.Running;
using MetaTrain.Benchmarks.Coordination;
using MetaTrain.Benchmarks.Figures;
using MetaTrain.Benchmarks.Questions;
using MetaTrain.Benchmarks.Simulation;
using MetaTrain.Benchmarks.Transfers;
using MetaTrain.Learning.Blocks;

switch (args)
{
    // benchmarks/run: the questions named, or all.
    case ["questions", var commit, .. var names]:
        return await QuestionRun.RunAsync(commit, names);

    // benchmarks/train: training runs whose figures are asked for.
    case ["figures", var commit, .. var arguments]:
        return await FigureRun.RunAsync(commit, arguments);

    // A silo of a contest's cluster.
    case ["silo", .. var silo]:
        return await SiloVerb.RunAsync(silo);

    // The other process of a contest of transfers.
    case ["transfer-peer", var length, var port]:
        return await TransferPeerVerb.RunAsync(int.Parse(length), int.Parse(port));

    // One shape of cluster, real or simulated, one size of transfer or one workload, alone: for a profiler.
    case ["coordination", var silos, var workersASilo, var length]:
        Console.WriteLine(await QuestionRun.CoordinationAsync([(int.Parse(silos), int.Parse(workersASilo))], rounds: 1, double.Parse(length)));
        return 0;
    case ["cluster", var silos, var workersASilo, var length]:
        Console.WriteLine(await QuestionRun.ClusterAsync([(int.Parse(silos), int.Parse(workersASilo))], rounds: 1, double.Parse(length)));
        return 0;
    case ["transfers", var length, var seconds]:
        Console.WriteLine(await TransferContest.TableAsync(int.Parse(length), rounds: 1, double.Parse(seconds)));
        return 0;
    case ["simulate", var workers, var workersASilo, .. var ranges]:
        Console.WriteLine(ScalingQuestion.Row(new ScalingCase("alone", new SimulationSettings
        {
            Workers = int.Parse(workers),
            WorkersASilo = int.Parse(workersASilo),
            Aggregators = ranges is [var asked] ? int.Parse(asked) : null,
        })).Text);
        return 0;
    case ["work", var workload, var seconds, var workers]:
        Console.WriteLine(Workload.Of(workload).Ours(int.Parse(workers), ComputePath.Fused)(double.Parse(seconds)));
        return 0;

    // dotnet run -c Release --project benchmarks/MetaTrain.Benchmarks -- --filter '*'
    default:
        return BenchmarkSwitcher.FromAssembly(typeof(QuestionRun).Assembly).Run(args, BenchmarkConfig.Create())
            .All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
}
