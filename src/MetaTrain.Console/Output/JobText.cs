using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Console.Output;

/// <summary>A job as text: one fact a line.</summary>
internal static class JobText
{
    private const int LabelWidth = 12;

    /// <summary>Everything that is known.</summary>
    public static void Write(TextWriter writer, JobStatus status)
    {
        Fact(writer, "job", status.Job.Value);
        Fact(writer, "name", status.Name);
        Fact(writer, "state", JobDocument.NameOf(status.State));
        Fact(writer, "failure", status.Failure);
        Fact(writer, "stalled", status.Stalled);
        Fact(writer, "iteration", $"{Format.Count(status.Iteration)} of {Format.Count(status.Iterations)}, {Format.Count(status.CommittedIteration)} committed");
        string accuracy = status.MetaAccuracy is { } share ? $", accuracy {Format.Percent(share)}" : "";
        Fact(writer, "training", status.MetaLoss is { } loss ? $"meta-loss {Format.Loss(loss)}{accuracy} in the latest iteration" : null);
        WriteEvaluation(writer, status.Evaluation);
        Fact(writer, "best", status.BestIteration is { } best ? $"iteration {Format.Count(best)}, by validation" : null);
        Fact(writer, "time", $"{Format.Words(TimeSpan.FromSeconds(status.TrainingSeconds))} of training, {Format.Words(TimeSpan.FromSeconds(status.WallSeconds))} in all, {Format.Rate(status.TasksPerSecond)} tasks/s");
        WriteParameters(writer, status);
        WriteExecution(writer, status);
        Fact(writer, "submitted", Format.Time(status.SubmittedAt));
    }

    /// <summary>The evaluation with its baseline, and on what both were measured.</summary>
    public static void WriteEvaluation(TextWriter writer, EvaluationSummary? evaluation)
    {
        if (evaluation is null)
        {
            return;
        }

        string where = $"{Format.Count(evaluation.Episodes)} {evaluation.Split} episodes{ShapeOf(evaluation)} of version {Format.Count(evaluation.At)}";
        if (evaluation.Accuracy is { } accuracy)
        {
            Fact(writer, "accuracy", $"{Format.Percent(accuracy)}  over {where}");
        }

        foreach ((int steps, Estimate error) in evaluation.MeanSquaredError)
        {
            Fact(writer, "mse", $"{Format.Value(error)}  after {Format.Count(steps, "step")}, over {where}");
        }

        if (evaluation.Accuracy is null && evaluation.MeanSquaredError.IsEmpty && evaluation.Loss is { } loss)
        {
            Fact(writer, "loss", $"{Format.Value(loss)}  over {where}");
        }

        if (evaluation.Baseline is { } baseline)
        {
            Fact(writer, "baseline", $"{Format.Percent(baseline)}  nearest neighbour on pixels, the same episodes");
        }

        WriteQuality(writer, evaluation);
        Fact(writer, "data", evaluation.DataNote);
    }

    // What was committed before evaluations said their sizes has none.
    private static string ShapeOf(EvaluationSummary evaluation)
    {
        string queries = evaluation.Queries == 1 ? "1 query" : $"{Format.Count(evaluation.Queries)} queries";
        return evaluation switch
        {
            { Queries: 0 } => "",
            { Ways: 0 } => $" ({evaluation.Shots}-shot, {queries})",
            _ => $" ({evaluation.Ways}-way {evaluation.Shots}-shot, {queries} a class)",
        };
    }

    private static void WriteQuality(TextWriter writer, EvaluationSummary evaluation)
    {
        Fact(writer, "macro F1", evaluation.F1 is { } f1 ? Format.Percent(f1) : null);
        Fact(writer, "NLL", evaluation.NegativeLogLikelihood is { } likelihood ? $"{Format.Value(likelihood)}  nats" : null);
        Fact(writer, "ECE", evaluation.CalibrationError is { } error ? $"{Share(error, evaluation.CalibrationCi95)}  calibration error over all queries, 15 bins" : null);
        Fact(writer, "worst group", WorstOf(evaluation.WorstGroup, Format.Count(evaluation.Groups.Length, "group")));
        Fact(writer, "worst class", WorstOf(evaluation.WorstClass, $"{Format.Count(evaluation.Classes.Length)} classes"));
        Fact(writer, "queries", evaluation.Accuracy is null ? null : evaluation.Transductive ? "of an episode normalised together (transductive)" : "normalised one by one (not transductive)");
    }

    private static string? WorstOf(GroupAccuracy? worst, string all) =>
        worst is { } known ? $"{Share(known.Accuracy, known.Ci95)}  {known.Name}, of {all}" : null;

    private static string Share(double value, double? interval) =>
        interval is { } known ? Format.Percent(new Estimate(value, known)) : Format.Percent(value);

    /// <summary>How many values were learned, and their fingerprint.</summary>
    public static void WriteParameters(TextWriter writer, JobStatus status)
    {
        if (status.ParametersSha256 is { } hash)
        {
            Fact(writer, "parameters", $"{Format.Count(status.ParameterCount)} values");
            bool isOther = status.Evaluation is { ParametersSha256: { } of } && of != hash;
            Fact(writer, "sha-256", isOther ? $"{hash}  of version {Format.Count(status.Iteration)}" : hash);
            Fact(writer, "", isOther ? $"{status.Evaluation!.ParametersSha256}  of version {Format.Count(status.Evaluation.At)}, which was measured" : null);
        }
    }

    /// <summary>Who computed, on what, and what was lost on the way.</summary>
    public static void WriteExecution(TextWriter writer, JobStatus status)
    {
        Fact(writer, "device", status.Device);
        Fact(writer, "plan", status.Plan is { } plan ? $"{Format.Count(plan.Blocks, "block")} of {Format.Count(plan.BlockSize, "task")}, by the path '{plan.Path}'" : null);
        Fact(writer, "recovery", $"{Format.Count(status.BlocksReissued, "block")} reissued, epoch {status.Epoch}");
        if (!status.Workers.IsDefaultOrEmpty)
        {
            int width = status.Workers.Max(worker => worker.Id.Length);
            string label = "workers";
            foreach (WorkerContribution worker in status.Workers)
            {
                string doing = status.State.IsFinal() ? "" : "  " + worker.Doing;
                Fact(writer, label, $"{worker.Id.PadRight(width)}  {Format.Count(worker.Blocks, "block")}{doing}");
                label = "";
            }
        }
    }

    /// <summary>One fact; nothing when it is unknown.</summary>
    public static void Fact(TextWriter writer, string label, string? value)
    {
        if (value is not null)
        {
            writer.WriteLine($"  {label.PadRight(LabelWidth)}{value}");
        }
    }
}
