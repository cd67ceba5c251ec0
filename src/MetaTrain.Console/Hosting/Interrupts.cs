using System.Runtime.InteropServices;

namespace MetaTrain.Console.Hosting;

/// <summary>Ctrl-C and its kin: the first asks the command to stop in good order, the second ends the process at once.</summary>
/// <param name="exit">Ends the process.</param>
internal sealed class Interrupts(Action<int> exit) : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action? _killAtOnce;
    private int _count;

    public Interrupts()
        : this(Environment.Exit)
    {
    }

    /// <summary>Cancelled by the first interruption.</summary>
    public CancellationToken Token => _first.Token;

    /// <summary>Listens to the signals that mean: stop.</summary>
    public void Listen()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Raise();
            }));
        }
    }

    /// <summary>What a second interruption does first: kill the processes that this command started.</summary>
    public void OnSecond(Action? killAtOnce) => _killAtOnce = killAtOnce;

    /// <summary>
    /// Completes at once, or never when a second interruption is ending the process: a program that returned now would cut off
    /// the killing of its children.
    /// </summary>
    public Task SettleAsync() => Volatile.Read(ref _count) < 2 ? Task.CompletedTask : Task.Delay(Timeout.Infinite);

    /// <summary>One interruption.</summary>
    public void Raise()
    {
        if (Interlocked.Increment(ref _count) == 1)
        {
            _first.Cancel();
            return;
        }

        _killAtOnce?.Invoke();
        exit(ExitCode.Interrupted);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _first.Dispose();
    }
}
