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
        ("at", JsonValueKind.Number), ("split", JsonValueKind.String), ("episodes", JsonValueKind.Number), ("ways", JsonValueKind.Number), ("shots", JsonValueKind.Number), ("queries", JsonValueKind.Number),
        ("transductive", JsonValueKind.True), ("accuracy", JsonValueKind.Number), ("ci95", JsonValueKind.Number), ("loss", JsonValueKind.Number),
        ("f1", JsonValueKind.Object), ("nll", JsonValueKind.Object), ("ece", JsonValueKind.Object),
        ("groups", JsonValueKind.Object), ("worstGroup", JsonValueKind.String), ("classes", JsonValueKind.Object), ("worstClass", JsonValueKind.String),
        ("parametersSha256", JsonValueKind.String),
    ];

    private static readonly (string Field, JsonValueKind Kind)[] RegressionFields =
    [
        ("at", JsonValueKind.Number), ("split", JsonValueKind.String), ("episodes", JsonValueKind.Number), ("ways", JsonValueKind.Number), ("shots", JsonValueKind.Number), ("queries", JsonValueKind.Number),
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
        Assert.Equal("""{"mean":0.941,"ci95":0.0063}""", document["evaluation"]!["f1"]!.ToJsonString());
        Assert.Equal("""{"mean":0.215,"ci95":0.011}""", document["evaluation"]!["nll"]!.ToJsonString());
        Assert.Equal("""{"mean":0.0213,"ci95":0.0017}""", document["evaluation"]!["ece"]!.ToJsonString());
        Assert.Equal(
            """{"Greek":{"mean":0.951,"ci95":0.004},"Latin":{"mean":0.902,"ci95":0.007},"Ogham":{"mean":0.902,"ci95":null}}""",
            document["evaluation"]!["groups"]!.ToJsonString());
        Assert.Equal("""{"Greek/alpha":{"mean":0.95,"ci95":0.01},"Latin/a":{"mean":0.75,"ci95":0.12}}""", document["evaluation"]!["classes"]!.ToJsonString());
        Assert.Equal("Latin/a", (string?)document["evaluation"]!["worstClass"]);
        Assert.Equal("Latin", (string?)document["evaluation"]!["worstGroup"]);
        Assert.Equal(new string('c', 64), (string?)document["evaluation"]!["parametersSha256"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Json_SaysWhetherQueriesWereNormalisedTogether_AsWasAsked(bool? transductive)
    {
        await using var rig = new ConsoleRig();
        JobStatus status = Statuses.Completed();
        rig.Cluster.Queue.List = () => [status];
        FakeCoordinator job = rig.Cluster.Job(status.Job.Value);
        job.Describe = () => status;
        EvaluationRequest? asked = null;
        job.Start = request =>
        {
            asked = request;
            return new EvaluationTicket { Number = 1, Summary = Statuses.Final() with { Transductive = request.Transductive ?? true } };
        };
        string[] option = transductive is { } value ? ["--transductive", value ? "true" : "false"] : [];

        Assert.Equal(0, await rig.RunAsync(["evaluate", status.Job.Value, "--json", .. option]));

        Assert.Equal(transductive, asked!.Transductive);
        Assert.Equal(transductive ?? true, (bool)rig.Document()["evaluation"]!["transductive"]!);
    }

    [Fact]
    public void Json_HoldsNoGroups_WhereClassesHaveNone()
    {
        JsonObject evaluation = JobDocument.Of(Statuses.Completed(), Statuses.Final() with { Groups = [] })["evaluation"]!.AsObject();
        Assert.Empty(evaluation["groups"]!.AsObject());
        Assert.True(evaluation.ContainsKey("worstGroup"));
        Assert.Null(evaluation["worstGroup"]);
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
        Assert.All(["accuracy", "f1", "nll", "ece", "groups", "worstGroup", "classes", "worstClass"], key => Assert.False(evaluation.ContainsKey(key), key));
        Assert.False((bool)evaluation["transductive"]!);
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
