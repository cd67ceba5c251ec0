namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A machine of the cluster: a full-duplex link, threads that serialise, and one thread of turns.</summary>
internal sealed class Machine(EventLoop loop, SimulationSettings settings)
{
    private readonly long[] _threads = new long[settings.TransportThreads];

    public Link In { get; } = new(settings.BitsPerSecond);

    public Link Out { get; } = new(settings.BitsPerSecond);

    public VirtualCpu Cpu { get; } = new(loop, settings.Cost);

    /// <summary>Nanoseconds that the threads spent on serialising, all together.</summary>
    public long TransportBusy { get; private set; }

    /// <summary>
    /// Sends a message: it is serialised, passes this machine's link and, a latency behind, the other one's, and is read there. Bytes pass
    /// the second link while the rest is still on the first.
    /// </summary>
    public void Send(Machine to, long bytes, Action arrived) => Serialise(bytes, () =>
    {
        (long begin, long end) = Out.Pass(bytes, loop.Now);
        loop.At(begin + settings.Latency, () =>
        {
            (_, long last) = to.In.Pass(bytes, loop.Now);
            loop.At(Math.Max(last, end + settings.Latency), () => to.Serialise(bytes, arrived));
        });
    });

    private void Serialise(long bytes, Action done)
    {
        long takes = (long)(bytes * settings.TransportNanosecondsPerByte);
        int thread = Array.IndexOf(_threads, _threads.Min());
        _threads[thread] = Math.Max(_threads[thread], loop.Now) + takes;
        TransportBusy += takes;
        loop.At(_threads[thread], done);
    }
}
