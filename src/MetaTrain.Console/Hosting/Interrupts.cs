using System.Runtime.InteropServices;

namespace MetaTrain.Console.Hosting;

/// <summary>Ctrl-C and its kin: the first asks the command to stop in good order, the second ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action? _killAtOnce;
    private int _count;

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

    /// <summary>One interruption.</summary>
    public void Raise()
    {
        if (Interlocked.Increment(ref _count) == 1)
        {
            _first.Cancel();
            return;
        }

        _killAtOnce?.Invoke();
        Environment.Exit(ExitCode.Interrupted);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _first.Dispose();
    }
}
