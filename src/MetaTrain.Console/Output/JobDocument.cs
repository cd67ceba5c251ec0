using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Console.Output;

/// <summary>A job as the command contract's JSON.</summary>
internal static class JobDocument
{
    public static JsonObject Of(JobStatus status) => new()
    {
        ["job"] = status.Job.Value,
        ["name"] = status.Name,
        ["state"] = NameOf(status.State),
        ["iteration"] = status.Iteration,
        ["committedIteration"] = status.CommittedIteration,
        ["bestIteration"] = status.BestIteration,
        ["iterations"] = status.Iterations,
        ["parametersSha256"] = status.ParametersSha256,
        ["parameterCount"] = status.ParameterCount,
        ["metaLoss"] = Number(status.MetaLoss),
        ["metaAccuracy"] = Number(status.MetaAccuracy),
        ["evaluation"] = status.Evaluation is { } evaluation ? EvaluationOf(evaluation) : null,
        ["baseline"] = BaselineOf(status.Evaluation),
        ["validations"] = new JsonArray([.. status.Validations.Select(EvaluationOf)]),
        ["trainingSeconds"] = Number(status.TrainingSeconds),
        ["wallSeconds"] = Number(status.WallSeconds),
        ["tasksPerSecond"] = Number(status.TasksPerSecond),
        ["device"] = status.Device,
        ["plan"] = status.Plan is { } plan ? PlanOf(plan) : null,
        ["workers"] = new JsonArray([.. status.Workers.Select(WorkerOf)]),
        ["blocksReissued"] = status.BlocksReissued,
        ["epoch"] = status.Epoch,
        ["coordinator"] = status.Coordinator,
        ["aggregators"] = new JsonArray([.. status.Aggregators.Select(static silo => JsonValue.Create(silo))]),
        ["submittedAt"] = status.SubmittedAt.ToString("O", CultureInfo.InvariantCulture),
        ["failure"] = status.Failure,
        ["stalled"] = status.Stalled,
    };

    /// <summary>The job with another evaluation in place of its own: what <c>evaluate</c> prints.</summary>
    public static JsonObject Of(JobStatus status, EvaluationSummary evaluation) => Of(status with { Evaluation = evaluation });

    /// <summary>The state's name.</summary>
    public static string NameOf(JobState state) => state.ToString().ToLowerInvariant();

    public static JsonObject PlanOf(JobPlan plan) => new()
    {
        ["blockSize"] = plan.BlockSize,
        ["blocks"] = plan.Blocks,
        ["path"] = plan.Path,
    };

    private static JsonObject EvaluationOf(EvaluationSummary evaluation)
    {
        var document = new JsonObject
        {
            ["at"] = evaluation.At,
            ["split"] = evaluation.Split,
            ["episodes"] = evaluation.Episodes,
            ["ways"] = evaluation.Ways,
            ["shots"] = evaluation.Shots,
            ["queries"] = evaluation.Queries,
            ["transductive"] = evaluation.Transductive,
        };
        if (evaluation.Accuracy is { } accuracy)
        {
            document["accuracy"] = Number(accuracy.Mean);
            document["ci95"] = Number(accuracy.Ci95);
        }
        else if (!evaluation.MeanSquaredError.IsEmpty)
        {
            document["mse"] = ByStep(evaluation, estimate => estimate.Mean);
            document["ci95"] = ByStep(evaluation, estimate => estimate.Ci95);
        }

        if (evaluation.Loss is { } loss)
        {
            document["loss"] = Number(loss.Mean);
        }

        if (evaluation.Accuracy is not null)
        {
            document["f1"] = EstimateOf(evaluation.F1);
            document["nll"] = EstimateOf(evaluation.NegativeLogLikelihood);
            document["ece"] = evaluation.CalibrationError is { } error ? MeanOf(error, evaluation.CalibrationCi95) : null;
            document["groups"] = AccuraciesOf(evaluation.Groups);
            document["worstGroup"] = evaluation.WorstGroup?.Name;
            document["classes"] = AccuraciesOf(evaluation.Classes);
            document["worstClass"] = evaluation.WorstClass?.Name;
        }

        document["data"] = evaluation.DataNote;
        if (evaluation.ParametersSha256 is { } hash)
        {
            document["parametersSha256"] = hash;
        }

        return document;
    }

    private static JsonObject ByStep(EvaluationSummary evaluation, Func<Estimate, double> value) => new(
        evaluation.MeanSquaredError.Select(each => KeyValuePair.Create(each.Key.ToString(CultureInfo.InvariantCulture), Number(value(each.Value)))));

    private static JsonObject? EstimateOf(Estimate? estimate) => estimate is { } known ? MeanOf(known.Mean, known.Ci95) : null;

    private static JsonObject MeanOf(double mean, double? interval) => new() { ["mean"] = Number(mean), ["ci95"] = Number(interval) };

    private static JsonObject AccuraciesOf(ImmutableArray<GroupAccuracy> accuracies) =>
        new(accuracies.Select(static each => KeyValuePair.Create<string, JsonNode?>(each.Name, MeanOf(each.Accuracy, each.Ci95))));

    private static JsonObject? BaselineOf(EvaluationSummary? evaluation) => evaluation?.Baseline is { } baseline
        ? new JsonObject { ["accuracy"] = Number(baseline.Mean), ["ci95"] = Number(baseline.Ci95) }
        : null;

    private static JsonObject WorkerOf(WorkerContribution worker) => new()
    {
        ["id"] = worker.Id,
        ["blocks"] = worker.Blocks,
        ["doing"] = worker.Doing,
    };

    /// <summary>JSON has no word for what is not finite: null stands for it.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
