using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Tensors;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>
/// A GPU beside the processor and beside PyTorch on the same GPU: whether the numbers are the same, whether they are the same twice, and how many
/// tasks a second. Like any process that computes on a GPU it wants CUBLAS_WORKSPACE_CONFIG=:4096:8 from its start; benchmarks/run sets it.
/// </summary>
internal static class GpuQuestion
{
    private static readonly ComputeDevice Gpu = ComputeDevice.Cuda(0);

    private static readonly (string Name, Precision Precision)[] Precisions =
        [("float32", Precision.Float32), ("tf32", Precision.Tf32), ("bf16", Precision.Bfloat16)];

    /// <summary>Why it cannot be asked here, as the rest of a sentence; null when it can.</summary>
    public static string? Lack => CudaSupport.OfThisProcess.Refuse(Gpu);

    /// <summary>Measures; the tables.</summary>
    public static string[] Tables(int rounds, double seconds)
    {
        List<string> tables = [Exactness(Workload.Of("omniglot-5way-1shot"))];
        foreach (int tasks in new[] { 32, 256 })
        {
            Workload workload = Workload.Of("omniglot-5way-1shot") with { Tasks = tasks, BlockSize = tasks };
            string peer = $"PyTorch on the GPU, {tasks} tasks";
            Contest contest = new Contest($"{workload.Name} on a GPU, {tasks} tasks an iteration", "tasks/s");
            foreach ((string name, Precision precision) in Precisions)
            {
                contest.Add($"{name}, {tasks} tasks", workload.Ours(1, ComputePath.Autograd, Gpu, precision));
            }

            contest.Add(peer, workload.Peer(1, "cuda"));
            contest.Run(rounds, seconds);
            string busy = BusyShare(() => workload.Ours(1, ComputePath.Autograd, Gpu)(seconds)) is { } share
                ? share.ToString("P0", CultureInfo.InvariantCulture)
                : "not told: nvidia-smi does not run";
            tables.Add($"{contest.Table(peer)}\nShare of the time in which the GPU was busy, by nvidia-smi, float32: {busy}.\n");
        }

        return [.. tables];
    }

    /// <summary>How far a block's gradient is from the processor's, and whether it comes out the same twice.</summary>
    private static string Exactness(Workload workload)
    {
        BlockRequest request = new(Iteration: 0, FirstTask: 0, Tasks: 32);
        float[] expected = Gradient(workload.Create(ComputePath.Autograd), request);
        StringBuilder text = new($"### A block of 32 tasks on {DeviceClass.Of(Gpu)}\n\n| | relative error of the gradient beside the processor's | the same bits twice | SHA-256 |\n|---|---|---|---|\n");
        foreach ((string name, Precision precision) in Precisions)
        {
            float[] once = Gradient(workload.Create(ComputePath.Autograd, device: Gpu, precision: precision), request);
            float[] again = Gradient(workload.Create(ComputePath.Autograd, device: Gpu, precision: precision), request);
            (string hash, string other) = (HashOf(once), HashOf(again));
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {RelativeError(expected, once):E1} | {(hash == other ? "yes" : "NO")} | `{hash[..12]}...` |\n");
        }

        return text.ToString();
    }

    private static float[] Gradient(Experiment experiment, BlockRequest request) =>
        experiment.Compute(request, experiment.Sample(request), experiment.InitialParameters()).Gradient;

    private static string HashOf(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));

    private static double RelativeError(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / expected.Sum(value => (double)value * value));

    /// <summary>The mean of what nvidia-smi says every tenth of a second while the work is done; null where there is none.</summary>
    private static double? BusyShare(Action work)
    {
        ProcessStartInfo start = new("nvidia-smi", ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--id=0", "--loop-ms=100"])
        {
            RedirectStandardOutput = true,
        };
        try
        {
            using Process sampler = Process.Start(start)!;
            List<double> shares = [];
            sampler.OutputDataReceived += (_, line) =>
            {
                if (double.TryParse(line.Data, CultureInfo.InvariantCulture, out double percent))
                {
                    lock (shares)
                    {
                        shares.Add(percent / 100);
                    }
                }
            };
            sampler.BeginOutputReadLine();
            work();
            sampler.Kill();
            sampler.WaitForExit();
            return shares.Count > 0 ? shares.Average() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
