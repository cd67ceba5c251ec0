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
        Fact(writer, "meta-loss", status.MetaLoss is { } loss ? Format.Loss(loss) : null);
        Fact(writer, "accuracy", status.MetaAccuracy is { } accuracy ? Format.Percent(accuracy) + " (training tasks)" : null);
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

        string data = evaluation.DataNote is { } note ? $" ({note})" : "";
        string where = $"{Format.Count(evaluation.Episodes, "episode")} of the {evaluation.Split} split{data}, version {Format.Count(evaluation.At)}";
        if (evaluation.Accuracy is { } accuracy)
        {
            Fact(writer, evaluation.Split, $"{Format.Percent(accuracy)}  accuracy over {where}");
        }

        foreach ((int steps, Estimate error) in evaluation.MeanSquaredError)
        {
            Fact(writer, evaluation.Split, $"{Format.Value(error)}  MSE after {Format.Count(steps, "step")}, over {where}");
        }

        if (evaluation.Accuracy is null && evaluation.MeanSquaredError.IsEmpty && evaluation.Loss is { } loss)
        {
            Fact(writer, evaluation.Split, $"{Format.Value(loss)}  loss over {where}");
        }

        if (evaluation.Baseline is { } baseline)
        {
            Fact(writer, "baseline", $"{Format.Percent(baseline)}  nearest neighbour on pixels, the same episodes");
        }
    }

    /// <summary>How many values were learned, and their fingerprint.</summary>
    public static void WriteParameters(TextWriter writer, JobStatus status)
    {
        if (status.ParametersSha256 is { } hash)
        {
            Fact(writer, "parameters", $"{Format.Count(status.ParameterCount)} values, SHA-256 {hash}");
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
