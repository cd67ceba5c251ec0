using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MetaTrain.Benchmarks.Transfers;

/// <summary>The other process of a contest of transfers. It does what the lines of its standard input say, and ends with them.</summary>
internal static class TransferPeerVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="length">How many values its gradient has.</param>
    /// <param name="port">The other process' listener for raw bytes.</param>
    public static async Task<int> RunAsync(int length, int port)
    {
        float[] gradient = new float[length];
        Array.Fill(gradient, 1);
        byte[] buffer = MemoryMarshal.AsBytes(gradient.AsSpan()).ToArray();
        await using TransferEnd end = new();
        await end.StartAsync();
        using Socket raw = RawCopy.Connect(port);
        raw.NoDelay = true;
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "raw")
            {
                RawCopy.Receive(raw, buffer);
                RawCopy.Send(raw, buffer);
            }
            else
            {
                await end.FetchAsync(line, isGradient: false);
                Console.WriteLine(end.Offer(gradient));
            }
        }

        return 0;
    }
}
