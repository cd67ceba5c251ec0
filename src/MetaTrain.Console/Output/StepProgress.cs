using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Output;

/// <summary>Progress of a short task: one line that is rewritten on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class StepProgress<T>(ConsoleHost host, Func<T, string> describe) : IProgress<T>
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private long? _lastLine;
    private string _shown = "";

    public void Report(T value)
    {
        string text = "  " + describe(value);
        lock (_gate)
        {
            if (host.Output.IsInteractive)
            {
                host.Output.Progress.Write("\r" + text.PadRight(_shown.Length));
                host.Output.Progress.Flush();
            }
            else if (_lastLine is not { } last || host.Time.GetElapsedTime(last) >= PlainInterval)
            {
                host.Output.Note(text);
                _lastLine = host.Time.GetTimestamp();
            }

            _shown = text;
        }
    }

    /// <summary>Shows the progress of a task, and ends the rewritten line with it.</summary>
    public static async Task<TResult> ShowAsync<TResult>(ConsoleHost host, Func<T, string> describe, Func<IProgress<T>, Task<TResult>> task)
    {
        var progress = new StepProgress<T>(host, describe);
        try
        {
            return await task(progress);
        }
        finally
        {
            progress.Finish();
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (host.Output.IsInteractive && _shown.Length > 0)
            {
                host.Output.Progress.WriteLine();
            }
        }
    }
}
