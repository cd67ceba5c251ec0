using System.Diagnostics;
using MetaTrain.Benchmarks.Transfers;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>What a silo's threads take to send, or to receive, a large vector: kernel and sockets included, measured over loopback in one process.</summary>
internal static class TransportCost
{
    /// <summary>Nanoseconds a byte, the median of many transfers; half of what both ends take together.</summary>
    public static async Task<double> NanosecondsPerByteAsync(int parameters)
    {
        await using TransferEnd end = new();
        await end.StartAsync();
        float[] values = new float[parameters];
        List<double> times = [];
        for (int transfer = 0; transfer < 300; transfer++)
        {
            long start = Stopwatch.GetTimestamp();
            await end.FetchAsync(end.Offer(values), isGradient: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / 2 / ((long)parameters * sizeof(float)));
        }

        return times.Order().ElementAt(times.Count / 2);
    }
}
