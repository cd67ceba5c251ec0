using System.Globalization;
using MetaTrain.Benchmarks.Coordination;
using MetaTrain.Benchmarks.Transfers;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Fused;
using MetaTrain.Learning.Models;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>Answers questions about speed, a table each, and writes them into benchmarks/RESULTS.md.</summary>
internal static class QuestionRun
{
    private const string PyTorch = "PyTorch";

    /// <summary>Runs the questions named, or all.</summary>
    /// <param name="commit">What is measured.</param>
    /// <param name="names">Workloads, "matrix-rate", "primitives", "coordination", "cluster", "transfers", "simulation" and "gpu"; none for all.</param>
    public static async Task<int> RunAsync(string commit, IReadOnlyList<string> names)
    {
        string? noGpu = names.Count == 0 || names.Contains("gpu") ? GpuQuestion.Lack : null;
        if (noGpu is not null && names.Count > 0)
        {
            await Console.Error.WriteLineAsync($"The question gpu cannot be asked: {noGpu}");
            return 1;
        }

        List<string> tables = [];
        foreach (Workload workload in Workload.All.Where(workload => names.Count == 0 || names.Contains(workload.Name)))
        {
            Add(InnerLoop(workload, rounds: 3, seconds: 3));
        }

        if (names.Count == 0 || names.Contains("matrix-rate"))
        {
            Add(MatrixShare(rounds: 4, seconds: 3));
        }

        if (names.Count == 0 || names.Contains("primitives"))
        {
            Add(PrimitivesQuestion.Table());
        }

        if (names.Count == 0 || names.Contains("coordination"))
        {
            Add(await CoordinationAsync([(1, 2), (2, 4), (2, 16)], rounds: 4, seconds: 10));
        }

        if (names.Count == 0 || names.Contains("cluster"))
        {
            Add(await ClusterAsync([(1, 2), (2, 1)], rounds: 6, seconds: 10));
        }

        if (names.Count == 0 || names.Contains("transfers"))
        {
            Add(await TransferContest.TableAsync(112_500, rounds: 4, seconds: 2));
            Add(await TransferContest.TableAsync(12_500_000, rounds: 4, seconds: 3));
        }

        if (names.Count == 0 || names.Contains("simulation"))
        {
            Add(await ScalingQuestion.TableAsync());
        }

        if (noGpu is not null)
        {
            Console.WriteLine($"Skipped the question gpu: {noGpu}");
        }
        else if (names.Count == 0 || names.Contains("gpu"))
        {
            Array.ForEach(GpuQuestion.Tables(rounds: 3, seconds: 5), Add);
        }

        string stamp = string.Create(
            CultureInfo.InvariantCulture,
            $"Commit {commit}, {TimeProvider.System.GetLocalNow():yyyy-MM-dd}, `benchmarks/run{string.Concat(names.Select(name => " " + name))}`.");
        await ResultsFile.WriteAsync(tables.Select(table => $"{table.TrimEnd()}\n\n{stamp}\n"));
        return 0;

        void Add(string table)
        {
            Console.WriteLine(table);
            tables.Add(table);
        }
    }

    /// <summary>What the coordination of an iteration costs.</summary>
    public static async Task<string> CoordinationAsync((int Silos, int Workers)[] shapes, int rounds, double seconds)
    {
        const int Parameters = 115_200;
        Contest contest = new("One meta-iteration with zero compute, 450 KB of parameters", "iterations/s");
        await RunOnClustersAsync(
            contest,
            $"{Parameters}",
            shapes,
            static (silos, workers) => $"{silos * workers} workers in {silos} silo process{(silos > 1 ? "es" : "")}",
            static (cluster, workers, time) => cluster.IterationsPerSecondAsync(workers, commitEvery: 100_000_000, time),
            rounds,
            seconds);
        return contest.Table();
    }

    /// <summary>What grains, messages, commits and the store take of training.</summary>
    public static async Task<string> ClusterAsync((int Silos, int Workers)[] shapes, int rounds, double seconds)
    {
        const string Alone = "one process without grains, 2 workers";
        Workload workload = Workload.Of("omniglot-5way-1shot");
        Contest contest = new Contest($"{workload.Name} on a cluster", "tasks/s").Add(Alone, workload.Ours(2, ComputePath.Fused));
        await RunOnClustersAsync(
            contest,
            workload.Name,
            shapes,
            static (silos, workers) => $"{silos} silo{(silos > 1 ? "s" : "")} of {workers} worker{(workers > 1 ? "s" : "")}, committing as by default",
            async (cluster, _, time) => workload.Tasks * await cluster.IterationsPerSecondAsync(workload.Tasks, commitEvery: 100, time),
            rounds,
            seconds);
        return contest.Table(Alone);
    }

    // A contestant for each shape of cluster. The rate is told how many workers the cluster has.
    private static async Task RunOnClustersAsync(
        Contest contest,
        string work,
        (int Silos, int Workers)[] shapes,
        Func<int, int, string> name,
        Func<ContestCluster, int, double, Task<double>> rate,
        int rounds,
        double seconds)
    {
        List<ContestCluster> clusters = [];
        try
        {
            foreach ((int silos, int workers) in shapes)
            {
                ContestCluster cluster = await ContestCluster.StartAsync(silos, workers, work);
                clusters.Add(cluster);
                contest.Add(name(silos, workers), time => rate(cluster, silos * workers, time).GetAwaiter().GetResult());
            }

            contest.Run(rounds, seconds);
        }
        finally
        {
            foreach (ContestCluster cluster in clusters)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    private static string InnerLoop(Workload workload, int rounds, double seconds)
    {
        Contest contest = new Contest(workload.Name, "tasks/s")
            .Add("fused, 1 worker", workload.Ours(1, ComputePath.Fused))
            .Add("fused, 2 workers", workload.Ours(2, ComputePath.Fused))
            .Add("autograd, 1 worker", workload.Ours(1, ComputePath.Autograd))
            .Add("autograd, 2 workers", workload.Ours(2, ComputePath.Autograd))
            .Add(PyTorch + ", 1 process", workload.Peer(1))
            .Add(PyTorch + ", 2 processes", workload.Peer(2));
        contest.Run(rounds, seconds);
        return contest.Table(PyTorch + ", 1 process", PyTorch + ", 2 processes", "fused, 1 worker");
    }

    /// <summary>The inner loop's floating-point operations a second beside those of libtorch's matrix product.</summary>
    private static string MatrixShare(int rounds, double seconds)
    {
        Workload workload = Workload.Of("omniglot-5way-1shot");
        double operations = OperationsATask(workload);
        const string TwoMultiply = "libtorch mm, 980x576 by 576x64, 2 threads";
        const string OneMultiplies = "libtorch mm, 980x576 by 576x64, 1 thread";
        Contest contest = new Contest(string.Create(CultureInfo.InvariantCulture, $"omniglot-5way-1shot, {operations / 1e9:F3} GFLOP a task"), "GFLOP/s")
            .Add("fused, 2 workers", Rate(2))
            .Add("fused, 1 worker", Rate(1))
            .Add(TwoMultiply, MatrixRate.Of(2, 980, 576, 64))
            .Add(OneMultiplies, MatrixRate.Of(1, 980, 576, 64))
            .Add("libtorch mm, 1024x1024 by 1024x1024, 2 threads", MatrixRate.Of(2, 1024, 1024, 1024));
        contest.Run(rounds, seconds);
        return contest.Table(TwoMultiply, "fused, 1 worker", OneMultiplies);

        Func<double, double> Rate(int workers)
        {
            Func<double, double> tasks = workload.Ours(workers, ComputePath.Fused);
            return time => tasks(time) * operations / 1e9;
        }
    }

    /// <summary>Products alone, and of these only what no border cuts off: everything else that the inner loop does counts as nothing.</summary>
    private static double OperationsATask(Workload workload)
    {
        Conv4 model = new(1, 28, 28, 64, workload.Ways, workload.Pooling);
        (long first, long tangent) = FusedNetwork<float>.OnData([.. model.Body, model.HeadLayer], [1, 28, 28])!.Operations;
        int supports = workload.Ways * workload.Shots;
        return (workload.Steps * supports * (first + tangent)) + (workload.Ways * workload.Queries * first);
    }
}
