using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MetaTrain.Benchmarks.Questions;

namespace MetaTrain.Benchmarks.Transfers;

/// <summary>Parameters to another process and a gradient back, as silos do it, beside a raw copy of as many bytes.</summary>
internal static class TransferContest
{
    private const string Raw = "raw TCP, buffer to buffer";

    /// <summary>The table.</summary>
    /// <param name="length">How many values.</param>
    /// <param name="rounds">How often each is measured.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task<string> TableAsync(int length, int rounds, double seconds)
    {
        float[] parameters = new float[length];
        Array.Fill(parameters, 2);
        byte[] buffer = MemoryMarshal.AsBytes(parameters.AsSpan()).ToArray();
        using Socket listener = RawCopy.Listen();
        await using TransferEnd end = new();
        await end.StartAsync();
        using Process peer = Start(length, ((IPEndPoint)listener.LocalEndPoint!).Port);
        using Socket raw = await listener.AcceptAsync();
        raw.NoDelay = true;
        if (await peer.StandardOutput.ReadLineAsync() != "ready")
        {
            throw new InvalidOperationException("The other process ended before it was ready.");
        }

        double megabytes = 2 * length * sizeof(float) / 1e6;
        Contest contest = new Contest(
            string.Create(CultureInfo.InvariantCulture, $"Parameters of {length * sizeof(float) / 1e6:G3} MB to another process, and a gradient back"), "MB/s")
            .Add("ticket, fetch; ticket, fetch", time => Repeat(time, () => ExchangeAsync().GetAwaiter().GetResult()))
            .Add(Raw, time => Repeat(time, Copy));
        contest.Run(rounds, seconds);
        peer.StandardInput.Close();
        await peer.WaitForExitAsync();
        return contest.Table(Raw);

        async Task ExchangeAsync()
        {
            await peer.StandardInput.WriteLineAsync(end.Offer(parameters));
            await end.FetchAsync(await peer.StandardOutput.ReadLineAsync() ?? throw new IOException("The other process ended."), isGradient: true);
        }

        void Copy()
        {
            peer.StandardInput.WriteLine("raw");
            RawCopy.Send(raw, buffer);
            RawCopy.Receive(raw, buffer);
        }

        double Repeat(double time, Action once)
        {
            (Stopwatch clock, int times) = (Stopwatch.StartNew(), 0);
            for (; clock.Elapsed.TotalSeconds < time; times++)
            {
                once();
            }

            return times * megabytes / clock.Elapsed.TotalSeconds;
        }
    }

    private static Process Start(int length, int port)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MetaTrain.Benchmarks.dll"));
        start.ArgumentList.Add("transfer-peer");
        start.ArgumentList.Add(length.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        Process process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        return process;
    }
}
