using MetaTrain.Benchmarks.Coordination;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>Answers questions about speed, a table each.</summary>
internal static class QuestionRun
{
    private const string PyTorch = "PyTorch";

    /// <summary>Runs the questions named, or all; prints their tables.</summary>
    public static int Run(IReadOnlyList<string> names, int rounds, double seconds)
    {
        foreach (var workload in Workload.All.Where(workload => names.Count == 0 || names.Contains(workload.Name)))
        {
            var contest = new Contest(workload.Name, "tasks/s")
                .Add("fused, 1 worker", workload.Ours(1, ComputePath.Fused))
                .Add("fused, 2 workers", workload.Ours(2, ComputePath.Fused))
                .Add("autograd, 1 worker", workload.Ours(1, ComputePath.Autograd))
                .Add("autograd, 2 workers", workload.Ours(2, ComputePath.Autograd))
                .Add(PyTorch + ", 1 process", workload.Peer(1))
                .Add(PyTorch + ", 2 processes", workload.Peer(2));
            contest.Run(rounds, seconds);
            Console.WriteLine(contest.Table(PyTorch + ", 1 process", PyTorch + ", 2 processes", "fused, 1 worker"));
        }

        return 0;
    }

    /// <summary>What the coordination of an iteration costs.</summary>
    public static async Task<int> CoordinationAsync((int Silos, int Workers)[] shapes, int rounds, double seconds)
    {
        const int Parameters = 115_200;
        Contest contest = new("one meta-iteration with zero compute, 450 KB of parameters", "iterations/s");
        List<NothingCluster> clusters = [];
        try
        {
            foreach ((int silos, int workers) in shapes)
            {
                NothingCluster cluster = await NothingCluster.StartAsync(silos, workers, Parameters);
                clusters.Add(cluster);
                contest.Add($"{silos * workers} workers in {silos} silo process(es)", time => cluster.IterationsPerSecondAsync(silos * workers, time).GetAwaiter().GetResult());
            }

            contest.Run(rounds, seconds);
            Console.WriteLine(contest.Table());
        }
        finally
        {
            foreach (NothingCluster cluster in clusters)
            {
                await cluster.DisposeAsync();
            }
        }

        return 0;
    }
}
