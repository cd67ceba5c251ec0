using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Live;

/// <summary>A run as lines of text: a pure function of the view, the time and the room.</summary>
internal sealed class RunScreen(Glyphs glyphs, string hint, TimeZoneInfo zone)
{
    private const int LabelWidth = 12;
    private const int ValueWidth = 24;
    private const int LongestBar = 100;
    private const int FewestColumns = 20;

    // Room for the "^C" that a terminal echoes behind the last line: without it the screen would scroll.
    private const int MarginRight = 3;

    /// <summary>The lines, none wider and not more than the room allows.</summary>
    /// <param name="view">What is known of the run.</param>
    /// <param name="elapsed">The time since the view was opened.</param>
    /// <param name="size">The room.</param>
    public ImmutableArray<Line> Render(RunView view, TimeSpan elapsed, ScreenSize size)
    {
        int width = Math.Max(FewestColumns, size.Width - MarginRight);
        ImmutableArray<Line>.Builder lines = ImmutableArray.CreateBuilder<Line>();
        if (view.Status is not { } status)
        {
            lines.Add(Line.Of(new Span(view.Silence is { } silence ? Silent(silence) : "Waiting for the job's first sign of life ...", Tone.Quiet)));
        }
        else
        {
            AddHead(lines, view, status, elapsed, width);
            AddFigures(lines, view, status, width);
            int rest = size.Height - 1 - lines.Count - (hint.Length > 0 ? 2 : 0);
            AddWorkers(lines, status, ref rest);
            AddEvents(lines, view, rest);
        }

        if (hint.Length > 0 && lines.Count + 2 <= size.Height - 1)
        {
            lines.Add(Line.Empty);
            lines.Add(Line.Of(new Span(" " + hint, Tone.Quiet)));
        }

        return [.. lines.Take(Math.Max(1, size.Height - 1)).Select(line => Spell(line).Fit(width, glyphs.Ellipsis))];
    }

    private static string Silent(TimeSpan silence) => $"The cluster has not answered for {Format.Words(silence)}: trying again ...";

    private void AddHead(ImmutableArray<Line>.Builder lines, RunView view, JobStatus status, TimeSpan elapsed, int width)
    {
        string state = JobDocument.NameOf(status.State);
        string clock = Format.Clock(elapsed);
        string job = status.Job.Value.StartsWith(status.Name, StringComparison.Ordinal)
            ? status.Job.Value[status.Name.Length..]
            : "  " + status.Job.Value;
        int gap = width - 1 - status.Name.Length - job.Length - state.Length - 2 - clock.Length;
        lines.Add(Line.Of(
            new Span(" " + status.Name, Tone.Strong),
            new Span(job, Tone.Quiet),
            new Span(new string(' ', Math.Max(2, gap))),
            new Span(state, ToneOf(status.State)),
            new Span("  " + clock, Tone.Quiet)));
        lines.Add(Progress(view, status, width));
        lines.Add(view switch
        {
            { Silence: { } silence } => Line.Of(new Span(" " + Silent(silence), Tone.Warning)),
            _ when status.Failure is { } failure => Line.Of(new Span(" " + failure, Tone.Bad)),
            _ when status.Stalled is { } stalled => Line.Of(new Span(" " + stalled, Tone.Warning)),
            _ => Line.Empty,
        });
    }

    private Line Progress(RunView view, JobStatus status, int width)
    {
        double share = status.Iterations > 0 ? Math.Clamp((double)status.Iteration / status.Iterations, 0, 1) : 0;
        string count = $"{Format.Count(status.Iteration)} / {Format.Count(status.Iterations)}";
        string left = view.Remaining() is { } remaining ? "  ETA " + Format.Clock(remaining) : "";
        string tail = $"  {Math.Floor(share * 100),3:0} %  {count}{left}";
        int bar = Math.Clamp(width - 1 - Math.Max(tail.Length, 34), 4, LongestBar);
        int done = (int)(share * bar);
        return Line.Of(
            new Span(" " + new string(glyphs.BarDone, done), Tone.Accent),
            new Span(new string(glyphs.BarLeft, bar - done), Tone.Quiet),
            new Span(tail));
    }

    private void AddFigures(ImmutableArray<Line>.Builder lines, RunView view, JobStatus status, int width)
    {
        if (status.MetaLoss is { } loss)
        {
            lines.Add(Figure("meta-loss", Format.Loss(loss), status.LossHistory, width));
        }

        if (status.MetaAccuracy is { } accuracy)
        {
            lines.Add(Figure("accuracy", Format.Percent(accuracy), view.AccuracyHistory, width));
        }

        if (!status.Validations.IsDefaultOrEmpty)
        {
            EvaluationSummary latest = status.Validations[^1];
            string best = status.BestIteration is { } iteration && iteration != latest.At ? $" · best at {Format.Count(iteration)}" : "";
            string text = $"{Format.Evaluation(latest)} at {Format.Count(latest.At)}{best}";
            lines.Add(Figure("validation", text, [.. status.Validations.Select(ValueOf)], width));
        }

        string age = status.SecondsSinceCommit is { } seconds && !status.State.IsFinal() ? $" · {Format.Words(TimeSpan.FromSeconds(seconds))} ago" : "";
        lines.Add(Figure("tasks/s", Format.Rate(status.TasksPerSecond), [], width));
        lines.Add(Figure("committed", $"iteration {Format.Count(status.CommittedIteration)}{age}", [], width));
        lines.Add(Figure("recovery", $"{Format.Count(status.BlocksReissued, "block")} reissued · epoch {status.Epoch}", [], width));
        if (status.Plan is { } plan)
        {
            lines.Add(Figure("plan", $"{Format.Count(plan.Blocks, "block")} of {plan.BlockSize} · {plan.Path}", [], width));
        }
    }

    private Line Figure(string label, string value, IReadOnlyList<double> series, int width)
    {
        string padded = value.PadRight(ValueWidth);
        string spark = Sparkline.Render(series, width - 1 - LabelWidth - padded.Length - 2, glyphs.Spark);
        return Line.Of(
            new Span(" " + label.PadRight(LabelWidth), Tone.Quiet),
            new Span(spark.Length > 0 ? padded + "  " : value),
            new Span(spark, Tone.Accent));
    }

    private static void AddWorkers(ImmutableArray<Line>.Builder lines, JobStatus status, ref int rest)
    {
        if (status.Workers.IsDefaultOrEmpty || rest < 2)
        {
            return;
        }

        lines.Add(Line.Empty);
        rest--;
        int shown = status.Workers.Length <= rest ? status.Workers.Length : Math.Max(0, rest - 1);
        int names = status.Workers.Max(worker => worker.Id.Length);
        int counts = status.Workers.Max(worker => Format.Count(worker.Blocks).Length);
        foreach (WorkerContribution worker in status.Workers.Take(shown))
        {
            lines.Add(Line.Of(
                new Span(" " + worker.Id.PadRight(names)),
                new Span($"  {Format.Count(worker.Blocks).PadLeft(counts)} {(worker.Blocks == 1 ? "block " : "blocks")}  ", Tone.Quiet),
                new Span(worker.Doing)));
        }

        rest -= shown;
        if (shown < status.Workers.Length)
        {
            lines.Add(Line.Of(new Span($" … and {Format.Count(status.Workers.Length - shown, "more worker")}", Tone.Quiet)));
            rest--;
        }
    }

    private void AddEvents(ImmutableArray<Line>.Builder lines, RunView view, int rest)
    {
        if (view.Events.IsEmpty || rest < 2)
        {
            return;
        }

        lines.Add(Line.Empty);
        foreach (RunEvent each in view.Events.TakeLast(rest - 1))
        {
            lines.Add(Line.Of(
                new Span($" {TimeZoneInfo.ConvertTime(each.Time, zone):HH:mm:ss}  ", Tone.Quiet),
                new Span(each.Message, ToneOf(each.Kind))));
        }
    }

    private Line Spell(Line line) => new([.. line.Spans.Select(span => span with { Text = glyphs.Spell(span.Text) })]);

    private static double ValueOf(EvaluationSummary evaluation) => evaluation switch
    {
        { Accuracy: { } accuracy } => accuracy.Mean,
        { MeanSquaredError.Count: > 0 } => evaluation.MeanSquaredError.Last().Value.Mean,
        _ => evaluation.Loss?.Mean ?? double.NaN,
    };

    private static Tone ToneOf(JobState state) => state switch
    {
        JobState.Completed => Tone.Good,
        JobState.Failed => Tone.Bad,
        JobState.Paused or JobState.Cancelled => Tone.Warning,
        _ => Tone.Accent,
    };

    private static Tone ToneOf(RunEventKind kind) => kind switch
    {
        RunEventKind.Problem => Tone.Bad,
        RunEventKind.Recovery => Tone.Warning,
        _ => Tone.Plain,
    };
}
