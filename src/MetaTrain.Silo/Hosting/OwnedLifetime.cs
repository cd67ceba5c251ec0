using System.Runtime.InteropServices;

namespace MetaTrain.Silo.Hosting;

/// <summary>
/// Ends the host when it is told to: by SIGTERM or SIGQUIT; by SIGINT when a person started it; when its owner lets go.
/// Ctrl-C reaches every process of a terminal's group, so an owned silo leaves it to its owner to say when.
/// </summary>
internal sealed class OwnedLifetime(IHostApplicationLifetime application, Owner owner) : IHostLifetime, IDisposable
{
    private readonly List<IDisposable> _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, owner.IsPresent ? Ignore : Stop));
        _registrations.Add(owner.Released.Register(application.StopApplication));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    private void Stop(PosixSignalContext context)
    {
        // Without Cancel the runtime would end the process before the silo has drained.
        context.Cancel = true;
        application.StopApplication();
    }
}
