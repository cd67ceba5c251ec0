using System.Runtime.InteropServices;

namespace MetaTrain.TestKit.Processes;

/// <summary>A signal of Unix.</summary>
public sealed record UnixSignal
{
    private readonly int _number;

    private UnixSignal(string name, int number) => (Name, _number) = (name, number);

    /// <summary>Ctrl-C.</summary>
    public static UnixSignal Interrupt { get; } = new("SIGINT", 2);

    /// <summary>Ends it at once.</summary>
    public static UnixSignal Kill { get; } = new("SIGKILL", 9);

    /// <summary>Asks it to end.</summary>
    public static UnixSignal Terminate { get; } = new("SIGTERM", 15);

    /// <summary>Freezes it.</summary>
    public static UnixSignal Stop { get; } = new("SIGSTOP", OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>Lets it go on.</summary>
    public static UnixSignal Continue { get; } = new("SIGCONT", OperatingSystem.IsMacOS() ? 19 : 18);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Sends it; false when there is no such process, or it is not ours.</summary>
    public bool TrySend(int processId) => Send(processId, _number) == 0;

    /// <inheritdoc/>
    public override string ToString() => Name;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int processId, int signal);
}
