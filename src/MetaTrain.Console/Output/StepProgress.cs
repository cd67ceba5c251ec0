using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Output;

/// <summary>Progress of a short task: one line that is rewritten on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class StepProgress<T>(ConsoleHost host, Func<T, string> describe) : IProgress<T>
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private long _lastLine = host.Time.GetTimestamp();
    private string _shown = "";

    public void Report(T value)
    {
        string text = "  " + describe(value);
        lock (_gate)
        {
            if (text == _shown)
            {
                return;
            }

            if (host.Output.IsInteractive)
            {
                host.Output.Progress.Write("\r" + text.PadRight(_shown.Length));
                host.Output.Progress.Flush();
            }
            else if (host.Time.GetElapsedTime(_lastLine) >= PlainInterval)
            {
                host.Output.Note(text);
                _lastLine = host.Time.GetTimestamp();
            }

            _shown = text;
        }
    }

    /// <summary>Ends the rewritten line.</summary>
    public void Finish()
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
