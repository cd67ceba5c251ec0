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
}
