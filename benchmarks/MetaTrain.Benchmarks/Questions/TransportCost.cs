using System.Diagnostics;
using MetaTrain.Abstractions.Messages;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>What Orleans' serializer takes for a message with a large vector, writing and reading alike. The kernel's and the socket's share is not in it.</summary>
internal static class TransportCost
{
    /// <summary>Nanoseconds a byte, the median of many messages.</summary>
    public static double NanosecondsPerByte(int parameters)
    {
        using ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        Serializer<ExchangeReply> serializer = services.GetRequiredService<Serializer<ExchangeReply>>();
        ExchangeReply reply = new()
        {
            Outcome = ExchangeOutcome.Lease,
            Parameters = new ParameterSnapshot { Epoch = 1, Version = 1, Values = new FloatVector(new float[parameters]) },
        };
        List<double> times = [];
        for (int message = 0; message < 300; message++)
        {
            long start = Stopwatch.GetTimestamp();
            byte[] bytes = serializer.SerializeToArray(reply);
            serializer.Deserialize(bytes);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / 2 / bytes.Length);
        }

        return times.Order().ElementAt(times.Count / 2);
    }
}
