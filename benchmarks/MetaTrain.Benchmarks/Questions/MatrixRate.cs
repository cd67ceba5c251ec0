using System.Diagnostics;
using MetaTrain.Learning.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>How fast libtorch multiplies matrices: the limit that the inner loop is held against.</summary>
internal static class MatrixRate
{
    /// <summary>GFLOP/s of several threads together, each with one intra-op thread and matrices of its own.</summary>
    public static Func<double, double> Of(int threads, int rows, int inner, int columns) => seconds =>
    {
        using Barrier barrier = new(threads);
        double[] rates = new double[threads];
        Thread[] running = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            TorchRuntime.PinThread();
            using DisposeScope scope = NewDisposeScope();
            (Tensor left, Tensor right) = (rand(rows, inner), rand(inner, columns));
            barrier.SignalAndWait();
            (Stopwatch clock, long done) = (Stopwatch.StartNew(), 0);
            do
            {
                using Tensor product = left.mm(right);
                done++;
            }
            while (clock.Elapsed.TotalSeconds < seconds);
            rates[thread] = 2.0 * rows * inner * columns * done / clock.Elapsed.TotalSeconds / 1e9;
        }))];
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        return rates.Sum();
    };
}
