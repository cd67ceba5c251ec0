using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Tests.Fakes;

/// <summary>Fixed job states.</summary>
internal static class Statuses
{
    public static readonly DateTimeOffset Submitted = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>A job in the middle of its run, with everything that a status may hold.</summary>
    public static JobStatus Running(string job = "glyphs-1") => new()
    {
        Job = new JobId(job),
        Name = "glyphs",
        State = JobState.Running,
        Iteration = 1_234,
        CommittedIteration = 1_200,
        Iterations = 2_000,
        ParametersSha256 = new string('a', 64),
        MetaLoss = 0.43121,
        MetaAccuracy = 0.8712,
        LossHistory = [1.6, 1.4, 1.2, 1.0, 0.8, 0.7, 0.6, 0.5, 0.45, 0.43],
        Evaluation = Validation(1_000, 0.912),
        Validations = [Validation(500, 0.853), Validation(1_000, 0.912)],
        BestIteration = 1_000,
        TrainingSeconds = 61.5,
        WallSeconds = 70.25,
        TasksPerSecond = 183.4,
        Device = "GenuineIntel/avx2/0123abcd",
        Plan = new JobPlan(8, 4, "im2col"),
        Workers = [new WorkerContribution("local-1/0", 2_500, "block 3 of iteration 1,235"), new WorkerContribution("local-1/1", 2_436, "waiting")],
        BlocksReissued = 2,
        Epoch = 1,
        SecondsSinceCommit = 0.62,
        ParameterCount = 112_005,
        SubmittedAt = Submitted,
        Coordinator = "local-1",
    };

    /// <summary>The same job at its end.</summary>
    public static JobStatus Completed(string job = "glyphs-1") => Running(job) with
    {
        State = JobState.Completed,
        Iteration = 2_000,
        CommittedIteration = 2_000,
        Evaluation = Final(),
        SecondsSinceCommit = null,
    };

    /// <summary>A final evaluation of a classification.</summary>
    public static EvaluationSummary Final() => new()
    {
        At = 1_000,
        Split = "test",
        Episodes = 600,
        Ways = 5,
        Shots = 1,
        Queries = 15,
        Transductive = true,
        Accuracy = new Estimate(0.943, 0.0061),
        Loss = new Estimate(0.21, 0.01),
        Baseline = new Estimate(0.612, 0.011),
        DataNote = "synthetic: glyphs",
        F1 = new Estimate(0.941, 0.0063),
        NegativeLogLikelihood = new Estimate(0.215, 0.011),
        CalibrationError = 0.0213,
        CalibrationCi95 = 0.0017,
        Groups = [new GroupAccuracy("Greek", 0.951, 9_000, 0.004), new GroupAccuracy("Latin", 0.902, 6_000, 0.007), new GroupAccuracy("Ogham", 0.902, 1_000)],
        Classes = [new GroupAccuracy("Greek/alpha", 0.95, 300, 0.01), new GroupAccuracy("Latin/a", 0.75, 200, 0.12)],
        ParametersSha256 = new string('c', 64),
    };

    /// <summary>A final evaluation of a regression.</summary>
    public static EvaluationSummary Regression() => new()
    {
        At = 70_000,
        Split = "test",
        Episodes = 600,
        MeanSquaredError = ImmutableSortedDictionary.CreateRange(
        [
            KeyValuePair.Create(0, new Estimate(3.21, 0.2)),
            KeyValuePair.Create(1, new Estimate(0.61, 0.05)),
            KeyValuePair.Create(10, new Estimate(0.33, 0.03)),
        ]),
        DataNote = "synthetic: sinusoids",
    };

    public static EvaluationSummary Validation(long at, double accuracy) => new()
    {
        At = at,
        Split = "validation",
        Episodes = 200,
        Accuracy = new Estimate(accuracy, 0.008),
        Loss = new Estimate(0.4, 0.02),
    };

    public static RunEvent Event(long sequence, string message, RunEventKind kind = RunEventKind.Lifecycle) =>
        new(sequence, Submitted.AddSeconds(sequence), kind, sequence * 10, message);
}
