using System.Diagnostics;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Local;

/// <summary>A real process; what it writes goes to its log.</summary>
internal sealed class ChildProcess : IChild
{
    private readonly Process _process;
    private readonly BoundedLog _log;

    public ChildProcess(string name, Process process, BoundedLog log)
    {
        _process = process;
        _log = log;
        Identity = ProcessIdentity.Of(name, process);
        Exited = WaitAsync();
    }

    public ProcessIdentity Identity { get; }

    public Task<ChildExit> Exited { get; }

    public void Release()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and the pipe with it.
        }
    }

    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    private async Task<ChildExit> WaitAsync()
    {
        Task<string> errors = CopyAsync(_process.StandardError);
        Task output = CopyAsync(_process.StandardOutput);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await output.ConfigureAwait(false);
        ChildExit exit = new(_process.ExitCode, await errors.ConfigureAwait(false));
        _log.Dispose();
        _process.Dispose();
        return exit;
    }

    /// <summary>Copies to the log until the stream ends; returns the last line that says something.</summary>
    private async Task<string> CopyAsync(StreamReader reader)
    {
        string last = "";
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            _log.WriteLine(line);
            last = string.IsNullOrWhiteSpace(line) ? last : line.Trim();
        }

        return last;
    }
}
