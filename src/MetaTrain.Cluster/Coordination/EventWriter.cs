using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.Logging;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Appends a job's events to the log in order, behind the work; a store that is away delays them and loses none while the process lives.</summary>
internal sealed partial class EventWriter(JobId job, IRunEventLog log, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private const int MaxWaiting = 1_000;

    private readonly Queue<(DateTimeOffset Time, RunEventKind Kind, long Iteration, string Message)> _waiting = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>Called after each event that is in the log.</summary>
    public Action? Written { get; set; }

    public void Write(RunEventKind kind, long iteration, string message)
    {
        LogEvent(logger, job.Value, iteration, message);
        if (_waiting.Count == MaxWaiting)
        {
            _waiting.Dequeue();
        }

        _waiting.Enqueue((time.GetUtcNow(), kind, iteration, message));
        if (_writing.IsCompleted)
        {
            _writing = DrainAsync();
        }
    }

    /// <summary>Waits until everything is written, or the token ends the patience.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _writing.WaitAsync(cancellationToken);

    private async Task DrainAsync()
    {
        while (_waiting.TryPeek(out (DateTimeOffset Time, RunEventKind Kind, long Iteration, string Message) entry))
        {
            try
            {
                await log.AppendAsync(job, entry.Time, entry.Kind, entry.Iteration, entry.Message, CancellationToken.None);
                _waiting.TryDequeue(out _);
                Written?.Invoke();
            }
            catch (StoreUnavailableException e)
            {
                LogStoreAway(logger, job.Value, _waiting.Count, e.Message);
                await Task.Delay(Retry, time);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job}, iteration {Iteration}: {Event}")]
    private static partial void LogEvent(ILogger logger, string job, long iteration, string @event);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: {Waiting} events wait for the store: {Reason}")]
    private static partial void LogStoreAway(ILogger logger, string job, int waiting, string reason);
}
