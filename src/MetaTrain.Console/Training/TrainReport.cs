using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Training;

/// <summary>What <c>train</c> prints at the end: the number, what it was measured on, and what to do next.</summary>
internal static class TrainReport
{
    /// <param name="writer">Where to.</param>
    /// <param name="status">The job at its end.</param>
    /// <param name="place">Where the data lies, as people write it.</param>
    /// <param name="location">The options that say so, for the commands that are suggested.</param>
    public static void Write(TextWriter writer, JobStatus status, string place, string location)
    {
        writer.WriteLine();
        writer.WriteLine(status.State switch
        {
            JobState.Completed => $"Trained '{status.Name}': {Format.Count(status.Iteration)} meta-iterations in "
                + $"{Format.Words(TimeSpan.FromSeconds(status.TrainingSeconds))}, {Format.Rate(status.TasksPerSecond)} tasks/s.",
            JobState.Cancelled => $"The job '{status.Job}' was cancelled at iteration {Format.Count(status.Iteration)}.",
            _ => $"The job '{status.Job}' failed: {status.Failure}",
        });
        writer.WriteLine();
        JobText.WriteEvaluation(writer, status.Evaluation);
        if (status.CommittedIteration > 0)
        {
            string best = status.BestIteration is { } iteration ? $" (best by validation: {Format.Count(iteration)})" : "";
            JobText.Fact(writer, "job", status.Job.Value);
            JobText.Fact(writer, "checkpoint", $"iteration {Format.Count(status.CommittedIteration)}{best}, in {place}");
        }

        JobText.WriteParameters(writer, status);
        JobText.WriteExecution(writer, status);
        if (status.State != JobState.Completed)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine("Use it:");
        Suggest(writer, $"metatrain export {status.Job} --to model.safetensors{location}", "parameters that any framework reads");
        Suggest(writer, $"metatrain evaluate {status.Job} --episodes 2000{location}", "a narrower interval");
        Suggest(writer, $"metatrain describe {status.Job}{location}", "everything about the job");
    }

    private static void Suggest(TextWriter writer, string command, string why)
    {
        writer.WriteLine($"  {command}");
        writer.WriteLine($"      {why}");
    }
}
