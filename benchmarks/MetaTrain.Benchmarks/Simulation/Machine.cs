using MetaTrain.Abstractions.Messages;

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

    /// <summary>A call: a message there, a turn of that machine, a message back, and a turn of this one, in which the caller goes on.</summary>
    /// <param name="to">Whom.</param>
    /// <param name="bytes">The message's.</param>
    /// <param name="answer">Begins, and ends, in turns of that machine.</param>
    /// <param name="size">The answer's bytes.</param>
    public async Task<T> CallAsync<T>(Machine to, long bytes, Func<Task<T>> answer, Func<T, long> size)
    {
        await SendAsync(to, bytes);
        await to.Cpu.TurnAsync();
        T answered = await answer();
        await to.SendAsync(this, size(answered));
        await Cpu.TurnAsync();
        return answered;
    }

    /// <summary>Fetches a vector whose ticket has come, in no turn; done at once when there is none, because it is small or of this machine.</summary>
    public async Task FetchAsync(Machine from, FloatVector vector)
    {
        if (from != this && WireSize.IsFetched(vector))
        {
            await SendAsync(from, WireSize.Fetch);
            await from.SendAsync(this, WireSize.Bytes(vector));
        }
    }

    /// <summary>
    /// Sends a message when the turn that runs has ended: it is serialised, passes this machine's link and, a latency behind, the other one's,
    /// and is read there. Bytes pass the second link while the rest is still on the first. Within a machine nothing passes.
    /// </summary>
    private Task SendAsync(Machine to, long bytes)
    {
        TaskCompletionSource arrived = new();
        Cpu.AtEnd(() =>
        {
            if (to == this)
            {
                loop.After(0, arrived.SetResult);
            }
            else
            {
                Serialise(bytes, () => Pass(to, bytes, arrived.SetResult));
            }
        });
        return arrived.Task;
    }

    private void Pass(Machine to, long bytes, Action arrived)
    {
        (long begin, long end) = Out.Pass(bytes, loop.Now);
        loop.At(begin + settings.Latency, () =>
        {
            (_, long last) = to.In.Pass(bytes, loop.Now);
            loop.At(Math.Max(last, end + settings.Latency), () => to.Serialise(bytes, arrived));
        });
    }

    private void Serialise(long bytes, Action done)
    {
        long takes = (long)(bytes * settings.TransportNanosecondsPerByte);
        int thread = Array.IndexOf(_threads, _threads.Min());
        _threads[thread] = Math.Max(_threads[thread], loop.Now) + takes;
        TransportBusy += takes;
        loop.At(_threads[thread], done);
    }
}
