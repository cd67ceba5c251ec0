using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Client.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Live;

/// <summary>Shows a job until it ends: redrawn on a terminal, as plain lines elsewhere.</summary>
internal sealed class RunFollower(ConsoleOutput output, TimeProvider time)
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    // The coordinator answers within about a second; a pending call notices a dead gateway only later.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private RunView _view = new();
    private TimeSpan _lastAnswer;

    /// <summary>The last known state; null when the cluster never answered.</summary>
    public JobStatus? Last => _view.Status;

    /// <summary>Follows the job and returns its final state.</summary>
    /// <exception cref="OperationCanceledException">The person left.</exception>
    public async Task<JobStatus> FollowAsync(MetaTrainClient client, JobId job, string hint, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        if (!output.IsInteractive)
        {
            var plain = new PlainProgress(PlainInterval, time.LocalTimeZone);
            await ConsumeAsync(client, job, start, (update, at) =>
            {
                foreach (string line in plain.LinesFor(_view, update, at, time.GetUtcNow()))
                {
                    output.Note(line);
                }
            }, cancellationToken);
            return Last!;
        }

        var screen = new RunScreen(output.HasUnicode ? Glyphs.Unicode : Glyphs.Ascii, hint, time.LocalTimeZone);
        await LiveTerminal.RunAsync(
            output.Progress,
            output.HasColour,
            size =>
            {
                TimeSpan elapsed = time.GetElapsedTime(start);
                return screen.Render(WithSilence(elapsed), elapsed, size);
            },
            () => ConsumeAsync(client, job, start, (_, _) => { }, cancellationToken),
            time);
        return Last!;
    }

    private RunView WithSilence(TimeSpan elapsed) => _view switch
    {
        { Status: { } status } when !status.State.IsFinal() && elapsed - _lastAnswer > Patience => _view with { Silence = elapsed - _lastAnswer },
        _ => _view,
    };

    private async Task ConsumeAsync(
        MetaTrainClient client, JobId job, long start, Action<JobUpdate, TimeSpan> show, CancellationToken cancellationToken)
    {
        await foreach (JobUpdate update in client.WatchAsync(job, cancellationToken: cancellationToken))
        {
            TimeSpan at = time.GetElapsedTime(start);
            _view = _view.Apply(update, at);
            _lastAnswer = update.Silence is null ? at : _lastAnswer;
            show(update, at);
            if (update is { Silence: null, Status: { } status } && status.State.IsFinal())
            {
                return;
            }
        }
    }
}
