using System.Runtime.InteropServices;

namespace MetaTrain.Silo.Processes;

/// <summary>The signals by which a person or a system asks a process to end, as one token.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop),
    ];

    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _asked.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        // Without Cancel the runtime would end the process at once.
        context.Cancel = true;
        _asked.Cancel();
    }
}
