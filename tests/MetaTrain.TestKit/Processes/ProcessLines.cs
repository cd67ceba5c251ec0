namespace MetaTrain.TestKit.Processes;

/// <summary>The lines of one of a process's streams, kept as they come. Safe for concurrent use.</summary>
public sealed class ProcessLines
{
    private readonly Lock _lock = new();
    private readonly ChildProcess _process;
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = Fresh();
    private bool _ended;

    internal ProcessLines(ChildProcess process) => _process = process;

    /// <summary>The lines until now.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Waits for the first line, also among those that came before, that holds a text.</summary>
    /// <exception cref="TimeoutException">None came before the deadline. The message holds the transcript.</exception>
    /// <exception cref="InvalidOperationException">The stream ended without one. The message holds the transcript.</exception>
    public Task<string> WaitForAsync(string text, TimeSpan deadline, CancellationToken cancellationToken) =>
        WaitForAsync(line => line.Contains(text, StringComparison.Ordinal), $"'{text}'", deadline, cancellationToken);

    /// <summary>Waits for the first line, also among those that came before, that a predicate accepts.</summary>
    /// <param name="accepts">The predicate.</param>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="deadline">How long.</param>
    /// <param name="cancellationToken">The test's.</param>
    /// <exception cref="TimeoutException">None came before the deadline. The message holds the transcript.</exception>
    /// <exception cref="InvalidOperationException">The stream ended without one. The message holds the transcript.</exception>
    public async Task<string> WaitForAsync(Func<string, bool> accepts, string what, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(deadline);
        for (int seen = 0; ;)
        {
            (string[] fresh, Task changed, bool ended) = Since(seen);
            if (Array.Find(fresh, line => accepts(line)) is { } found)
            {
                return found;
            }

            if (ended)
            {
                throw new InvalidOperationException($"{_process.Name} ended its output without {what}.\n{_process.Transcript}");
            }

            seen += fresh.Length;
            try
            {
                await changed.WaitAsync(timer.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{_process.Name} did not say {what} within {deadline.TotalSeconds:0.#} s.\n{_process.Transcript}", e);
            }
        }
    }

    /// <summary>All lines, one below the other.</summary>
    public override string ToString() => string.Join('\n', Lines);

    internal async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                Add(line);
            }
        }
        finally
        {
            Add(null);
        }
    }

    private (string[] Fresh, Task Changed, bool Ended) Since(int seen)
    {
        lock (_lock)
        {
            return ([.. _lines[seen..]], _changed.Task, _ended);
        }
    }

    private void Add(string? line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Add(line);
            }

            changed = _changed;
            _changed = Fresh();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
