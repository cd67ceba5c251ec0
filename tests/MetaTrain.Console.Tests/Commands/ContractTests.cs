using System.Text.Json;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Output;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Commands;

/// <summary>The fields that programs rely on: name and kind of each, as the command contract has them.</summary>
public sealed class ContractTests
{
    private static readonly (string Field, JsonValueKind Kind)[] JobFields =
    [
        ("job", JsonValueKind.String), ("state", JsonValueKind.String), ("iteration", JsonValueKind.Number),
        ("committedIteration", JsonValueKind.Number), ("iterations", JsonValueKind.Number), ("parametersSha256", JsonValueKind.String),
        ("metaLoss", JsonValueKind.Number), ("evaluation", JsonValueKind.Object), ("baseline", JsonValueKind.Object),
        ("trainingSeconds", JsonValueKind.Number), ("wallSeconds", JsonValueKind.Number), ("tasksPerSecond", JsonValueKind.Number),
        ("device", JsonValueKind.String), ("plan", JsonValueKind.Object), ("workers", JsonValueKind.Array),
        ("blocksReissued", JsonValueKind.Number), ("epoch", JsonValueKind.Number),
    ];

    private static readonly (string Field, JsonValueKind Kind)[] ClassificationFields =
    [
        ("at", JsonValueKind.Number), ("split", JsonValueKind.String), ("episodes", JsonValueKind.Number),
        ("accuracy", JsonValueKind.Number), ("ci95", JsonValueKind.Number),
    ];

    private static readonly (string Field, JsonValueKind Kind)[] RegressionFields =
    [
        ("at", JsonValueKind.Number), ("split", JsonValueKind.String), ("episodes", JsonValueKind.Number),
        ("mse", JsonValueKind.Object), ("ci95", JsonValueKind.Object),
    ];

    [Theory]
    [InlineData("train")]
    [InlineData("describe")]
    [InlineData("evaluate")]
    [InlineData("watch")]
    public async Task Json_HoldsTheContractsFields(string command)
    {
        await using var rig = new ConsoleRig();
        JobStatus status = Statuses.Completed();
        rig.Cluster.Queue.List = () => [status];
        rig.Cluster.Queue.Submit = _ => new SubmitReply(status.Job, []);
        FakeCoordinator job = rig.Cluster.Job(status.Job.Value);
        job.Describe = () => status;
        job.Watch = _ => new WatchReply(status, []);
        job.Start = _ => new EvaluationTicket { Number = 1, Summary = Statuses.Final() };

        Assert.Equal(0, await rig.RunAsync(command, command == "train" ? rig.WriteSpec() : status.Job.Value, "--json"));

        JsonObject document = rig.Document();
        Check(document, JobFields);
        Check(document["evaluation"]!.AsObject(), ClassificationFields);
        Check(document["baseline"]!.AsObject(), [("accuracy", JsonValueKind.Number), ("ci95", JsonValueKind.Number)]);
        Check(document["plan"]!.AsObject(), [("blockSize", JsonValueKind.Number), ("blocks", JsonValueKind.Number), ("path", JsonValueKind.String)]);
        Assert.All(document["workers"]!.AsArray(), worker => Check(worker!.AsObject(), [("id", JsonValueKind.String), ("blocks", JsonValueKind.Number)]));
        Assert.Equal("completed", (string?)document["state"]);
        Assert.Equal(0.943, (double)document["evaluation"]!["accuracy"]!);
        Assert.Equal(0.0061, (double)document["evaluation"]!["ci95"]!);
        Assert.Equal(0.612, (double)document["baseline"]!["accuracy"]!);
    }

    [Fact]
    public void Json_HoldsErrorsByStep_ForRegression()
    {
        JsonObject document = JobDocument.Of(Statuses.Completed(), Statuses.Regression());
        JsonObject evaluation = document["evaluation"]!.AsObject();
        Check(evaluation, RegressionFields);
        Assert.Equal(["0", "1", "10"], evaluation["mse"]!.AsObject().Select(each => each.Key));
        Assert.Equal(0.33, (double)evaluation["mse"]!["10"]!);
        Assert.Equal(0.03, (double)evaluation["ci95"]!["10"]!);
        Assert.False(evaluation.ContainsKey("accuracy"));
        Assert.Null(document["baseline"]);
    }

    [Fact]
    public void Json_IsValid_WhenNumbersAreNotFinite()
    {
        JsonObject document = JobDocument.Of(Statuses.Running() with { MetaLoss = double.NaN, TasksPerSecond = double.PositiveInfinity });
        Assert.Null(JsonNode.Parse(document.ToJsonString())!["metaLoss"]);
        Assert.Null(JsonNode.Parse(document.ToJsonString())!["tasksPerSecond"]);
    }

    private static void Check(JsonObject document, (string Field, JsonValueKind Kind)[] fields) =>
        Assert.Equal(fields, fields.Select(each => (each.Field, document[each.Field]?.GetValueKind() ?? JsonValueKind.Undefined)));
}
