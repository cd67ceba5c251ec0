using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace MetaTrain.TestKit.Processes;

/// <summary>
/// A process that a test starts: its lines are kept, can be waited for, and nothing of it outlives the test. Disposing kills it
/// and everything it started, also what has left its process tree (on Linux, found by a mark in the environment).
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, byte> Alive = new();

    private readonly Process _process;
    private readonly ProcessMark _mark;
    private readonly Task _readers;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (ChildProcess child in Alive.Keys)
        {
            child.Kill();
        }
    };

    private ChildProcess(Process process, ProcessMark mark)
    {
        _process = process;
        _mark = mark;
        Name = Path.GetFileName(process.StartInfo.FileName);
        Output = new ProcessLines(this);
        Errors = new ProcessLines(this);
        _readers = Task.WhenAll(Output.ReadAsync(process.StandardOutput), Errors.ReadAsync(process.StandardError));
    }

    /// <summary>The program's name.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its standard input: closing it tells a supervised process that its owner is gone.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>The lines of standard output.</summary>
    public ProcessLines Output { get; }

    /// <summary>The lines of standard error.</summary>
    public ProcessLines Errors { get; }

    /// <summary>Everything it said, for the message of a failed assertion.</summary>
    public string Transcript => $"{Name} ({Id})\n--- stdout\n{Output}\n--- stderr\n{Errors}";

    /// <summary>Starts a program; variables with a null value are removed from its environment.</summary>
    public static ChildProcess Start(
        string fileName,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var info = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            info.Environment[name] = value;
        }

        ProcessMark mark = ProcessMark.Put(info.Environment);
        Process process = Process.Start(info) ?? throw new InvalidOperationException($"{fileName} did not start.");
        var child = new ChildProcess(process, mark);
        Alive[child] = 0;
        return child;
    }

    /// <summary>Starts <c>dotnet</c> with arguments, for instance a program's .dll first.</summary>
    public static ChildProcess StartDotnet(
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null) =>
        Start(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments, workingDirectory, environment);

    /// <summary>Waits for the end; its exit code.</summary>
    /// <exception cref="TimeoutException">It still runs at the deadline. The message holds the transcript.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(deadline, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{Name} still runs after {deadline.TotalSeconds:0.#} s.\n{Transcript}", e);
        }

        // A process it started may hold the pipes open for ever: what the ended one wrote is read long before this ends.
        await Task.WhenAny(_readers, Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
        return _process.ExitCode;
    }

    /// <summary>Sends a signal to the process alone (Unix).</summary>
    public void Send(UnixSignal signal)
    {
        if (!signal.TrySend(Id))
        {
            throw new InvalidOperationException($"{signal} could not be sent to {Name} ({Id}): has it ended?\n{Transcript}");
        }
    }

    /// <summary>Ends the process and everything it started, at once, without any chance to clean up (SIGKILL).</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It had ended already; what it left behind is found by its mark.
        }

        _mark.KillAll();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Alive.TryRemove(this, out _))
        {
            return;
        }

        Kill();
        await _process.WaitForExitAsync();
        await Task.WhenAny(_readers, Task.Delay(TimeSpan.FromSeconds(5)));
        _process.Dispose();
    }
}
