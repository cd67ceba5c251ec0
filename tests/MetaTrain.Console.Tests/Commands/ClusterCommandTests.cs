using System.Diagnostics;
using System.Text.Json.Nodes;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Commands;

public sealed class ClusterCommandTests : IAsyncDisposable
{
    private readonly ConsoleRig _rig = new();

    public ClusterCommandTests()
    {
        _rig.Cluster.Queue.List = () => [Statuses.Completed("glyphs-1"), Statuses.Running("omniglot-2") with { Name = "omniglot" }];
        foreach (string job in (string[])["glyphs-1", "omniglot-2"])
        {
            _rig.Cluster.Job(job).Describe = () => _rig.Cluster.Queue.List().Single(each => each.Job.Value == job);
        }
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task List_ShowsAllJobs_AndStopsTheClusterThatItStarted()
    {
        Assert.Equal(0, await _rig.RunAsync("list"));
        string[] lines = _rig.Out.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("JOB         NAME      STATE      ITERATION      RESULT                     SUBMITTED", lines[0]);
        Assert.StartsWith("glyphs-1    glyphs    completed  2,000 / 2,000  94.3 ± 0.6 % (test)        ", lines[1]);
        Assert.StartsWith("omniglot-2  omniglot  running    1,234 / 2,000  91.2 ± 0.8 % (validation)  ", lines[2]);
        Assert.True(Assert.Single(_rig.Launcher.Clusters).Stopped);
        Assert.True(_rig.Cluster.Disposed);
    }

    [Fact]
    public async Task List_IsADocumentOfJobs_WhenJsonIsAsked()
    {
        Assert.Equal(0, await _rig.RunAsync("list", "--json"));
        Assert.Equal(["glyphs-1", "omniglot-2"], _rig.Document()["jobs"]!.AsArray().Select(job => (string?)job!["job"]));
    }

    [Theory]
    [InlineData("glyphs-1")]
    [InlineData("glyphs")]
    [InlineData("gly")]
    public async Task Describe_FindsTheJob_ByIdBeginningOrName(string text)
    {
        Assert.Equal(0, await _rig.RunAsync("describe", text));
        Assert.Contains("  accuracy    94.3 ± 0.6 %  over 600 test episodes (5-way 1-shot, 15 queries a class) of version 1,000", _rig.Out);
        Assert.Contains("  data        synthetic: glyphs", _rig.Out);
        Assert.Contains("  baseline    61.2 ± 1.1 %  nearest neighbour on pixels, the same episodes", _rig.Out);
    }

    [Theory]
    [InlineData("describe")]
    [InlineData("watch")]
    [InlineData("logs")]
    [InlineData("pause")]
    [InlineData("cancel")]
    [InlineData("evaluate")]
    public async Task UnknownJob_EndsWithCode4(string command)
    {
        Assert.Equal(ExitCode.Unknown, await _rig.RunAsync(command, "nobody"));
        Assert.EndsWith("There is no job 'nobody' in this cluster: there is glyphs-1, omniglot-2." + Environment.NewLine, _rig.Error);
    }

    [Fact]
    public async Task UnknownDataset_EndsWithCode4()
    {
        Assert.Equal(ExitCode.Unknown, await _rig.RunAsync("data", "describe", "imagenet", "--json"));
        Assert.StartsWith("There is no data set 'imagenet'", (string?)_rig.Document()["error"]);
        Assert.Equal(4, (int?)_rig.Document()["exitCode"]);
    }

    [Fact]
    public async Task Unreachable_EndsWithCode3_AndIsNotHidden()
    {
        _rig.Unreachable = new MetaTrainException(FailureKind.Unreachable, "The store redis://host:6379 does not answer.", new TimeoutException("late"));
        Assert.Equal(ExitCode.Unreachable, await _rig.RunPlainAsync("list", "--cluster", "redis://host"));
        Assert.Equal("The store redis://host:6379 does not answer." + Environment.NewLine, _rig.Error);
        Assert.IsType<ClusterAddress.InStore>(Assert.Single(_rig.Connections));
        Assert.Empty(_rig.Launcher.Started);
    }

    [Fact]
    public async Task Unexpected_IsOneSentence_WithTheDetailsInTheLog()
    {
        _rig.Unreachable = new InvalidOperationException("The frobnicator is upside down.");
        Assert.Equal(ExitCode.JobFailed, await _rig.RunAsync("workers"));
        Assert.Equal(
            $"Something unexpected went wrong: The frobnicator is upside down. The details are in {_rig.LogPath}; --verbose shows them here.{Environment.NewLine}",
            _rig.Error);
        using var log = new StreamReader(new FileStream(_rig.LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Contains("InvalidOperationException", await log.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Unexpected_ShowsItsDetails_WhenVerbose()
    {
        _rig.Unreachable = new InvalidOperationException("The frobnicator is upside down.");
        await _rig.RunAsync("workers", "--verbose");
        Assert.Contains("System.InvalidOperationException", _rig.Error);
    }

    [Theory]
    [InlineData("pause", JobRequest.Pause)]
    [InlineData("resume", JobRequest.Run)]
    [InlineData("cancel", JobRequest.Cancel)]
    public async Task Control_AsksTheJob(string command, JobRequest request)
    {
        _rig.Cluster.Job("omniglot-2").Request = _ => new ControlReply(true, null, JobState.Paused);
        Assert.Equal(0, await _rig.RunAsync(command, "omniglot-2", "--json"));
        Assert.Equal(request, Assert.Single(_rig.Cluster.Job("omniglot-2").Requests));
        Assert.Equal("""{"job":"omniglot-2","state":"paused"}""", _rig.Document().ToJsonString());
        Assert.Empty(_rig.Launcher.Started);
    }

    [Fact]
    public async Task Cancel_EndsWithCode2_WhenTheJobHasEnded()
    {
        _rig.Cluster.Job("glyphs-1").Request = _ => new ControlReply(true, "The job 'glyphs-1' has ended already.", JobState.Completed);
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("cancel", "glyphs-1"));
        Assert.Equal("The job 'glyphs-1' has ended already." + Environment.NewLine, _rig.Error);
    }

    [Fact]
    public async Task Submit_PrintsTheJob_AndHowToFollowIt()
    {
        _rig.Cluster.Queue.Submit = _ => new SubmitReply(new JobId("glyphs-3"), []);
        Assert.Equal(0, await _rig.RunPlainAsync("submit", _rig.WriteSpec(), "--cluster", "redis://host"));
        Assert.Equal("glyphs-3" + Environment.NewLine, _rig.Out);
        Assert.Equal($"Follow it with 'metatrain watch glyphs-3 --cluster redis://host'.{Environment.NewLine}", _rig.Error);
        Assert.Null(Assert.Single(_rig.Cluster.Queue.Submissions).Owner);
    }

    [Fact]
    public async Task Submit_EndsWithCode2_WhenTheSpecOrTheClusterRefusesIt()
    {
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("submit", _rig.WriteSpec(), "--set", "resourcs.device=cpu"));
        Assert.Contains("resourcs", _rig.Error);
        Assert.Empty(_rig.Connections);

        _rig.Cluster.Queue.Submit = _ => new SubmitReply(null, ["There is no data set 'omniglot': import it first."]);
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("submit", _rig.WriteSpec()));
        Assert.EndsWith("There is no data set 'omniglot': import it first." + Environment.NewLine, _rig.Error);
    }

    [Fact]
    public async Task Validate_TellsThePlan_OrEveryProblem()
    {
        _rig.Cluster.Queue.Validate = _ => new ValidationReply { Plan = new JobPlan(4, 2, "im2col"), ParameterCount = 28_000, EstimatedBytesPerBlock = 3 << 20 };
        Assert.Equal(0, await _rig.RunAsync("validate", _rig.WriteSpec()));
        Assert.Contains("'glyphs' can run.", _rig.Out);
        Assert.Contains("2 blocks of 4 tasks an iteration, by the path 'im2col'", _rig.Out);

        _rig.Cluster.Queue.Validate = _ => new ValidationReply { Problems = ["one.", "two."] };
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("validate", _rig.WriteSpec()));
        Assert.EndsWith($"one.{Environment.NewLine}two.{Environment.NewLine}", _rig.Error);
    }

    [Fact]
    public async Task Watch_LeavesTheJobRunning_WhenInterrupted()
    {
        int calls = 0;
        _rig.Cluster.Job("omniglot-2").Watch = _ =>
        {
            if (++calls == 3)
            {
                _rig.Interrupts.Raise();
            }

            return new WatchReply(Statuses.Running("omniglot-2"), []);
        };
        Assert.Equal(ExitCode.Interrupted, await _rig.RunAsync("watch", "omniglot-2"));
        Assert.Empty(_rig.Cluster.Job("omniglot-2").Requests);
        Assert.EndsWith($"The job goes on. Come back with: metatrain watch omniglot-2 --data {_rig.Folder.Path}{Environment.NewLine}", _rig.Error);
    }

    [Fact]
    public async Task Logs_ShowEveryEventOnce()
    {
        _rig.Cluster.Job("glyphs-1").Watch = after => new WatchReply(
            Statuses.Completed(), after >= 3 ? [] : [Statuses.Event(after + 1, $"event {after + 1}", RunEventKind.Recovery)]);
        Assert.Equal(0, await _rig.RunAsync("logs", "glyphs-1", "--json"));
        Assert.Equal([1, 2, 3], _rig.Document()["events"]!.AsArray().Select(each => (long)each!["sequence"]!));
        Assert.Equal("recovery", (string?)_rig.Document()["events"]![0]!["kind"]);
    }

    [Fact]
    public async Task Evaluate_AsksForWhatWasSaid()
    {
        EvaluationRequest? asked = null;
        _rig.Cluster.Job("glyphs-1").Start = request =>
        {
            asked = request;
            return new EvaluationTicket { Number = 1, Summary = Statuses.Final() };
        };
        Assert.Equal(0, await _rig.RunAsync("evaluate", "glyphs-1", "--episodes", "50", "--split", "validation", "--at", "1200"));
        Assert.Equal((50, "validation", 1_200L), (asked!.Episodes, asked.Split, asked.At.Iteration));
        Assert.Contains("94.3 ± 0.6 %", _rig.Out);
        Assert.Equal((null, null, null), (asked.Ways, asked.Shots, asked.Queries));
        Assert.Empty(asked.InnerSteps);
    }

    [Fact]
    public async Task Evaluate_AsksForEpisodesOfOtherSizes()
    {
        EvaluationRequest? asked = null;
        _rig.Cluster.Job("glyphs-1").Start = request =>
        {
            asked = request;
            return new EvaluationTicket { Number = 1, Summary = Statuses.Final() with { Ways = 20, Shots = 5, Queries = 1 } };
        };
        Assert.Equal(0, await _rig.RunAsync("evaluate", "glyphs-1", "--ways", "20", "--shots", "5", "--queries", "1", "--inner-steps", "0", "3"));
        Assert.Equal((20, 5, 1), (asked!.Ways, asked.Shots, asked.Queries));
        Assert.Equal([0, 3], asked.InnerSteps);
        Assert.Contains("(20-way 5-shot, 1 query a class)", _rig.Out);
    }

    [Theory]
    [InlineData("--ways", "1")]
    [InlineData("--shots", "0")]
    [InlineData("--queries", "none")]
    public async Task Evaluate_RefusesSizesThatCannotBe(string option, string value)
    {
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("evaluate", "glyphs-1", option, value));
        Assert.Contains($"{option} is '{value}': give a whole number from", _rig.Error);
    }

    [Fact]
    public async Task DataImport_HandsOverSplitFilesAndShape()
    {
        await File.WriteAllTextAsync(_rig.Folder.File("set.zip"), "zip", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_rig.Folder.File("train.txt"), "ant", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_rig.Folder.File("val.txt"), "bee", TestContext.Current.CancellationToken);
        _rig.Cluster.Import.Read = _ => new DatasetImportStatus(0, null, "Refused, and that is enough here.");
        await _rig.RunAsync(
            "data", "import", "mine", "--from", _rig.Folder.File("set.zip"), "--size", "32", "--channels", "3",
            "--split-file", _rig.Folder.File("train.txt"), _rig.Folder.File("val.txt"), "--descriptions", _rig.Folder.File("val.txt"));
        DatasetImportRequest begun = _rig.Cluster.Import.Begun!;
        Assert.Equal([("train.txt", "ant"), ("val.txt", "bee")], begun.SplitFiles.Select(file => (file.Name, file.Text)));
        Assert.Equal(new DatasetTextFile("val.txt", "bee"), begun.Descriptions);
        Assert.Equal((32, 3), (begun.Side, begun.Channels));
    }

    [Fact]
    public async Task Data_IsListedAndDescribed()
    {
        _rig.Cluster.Catalog.Datasets.Add(new DatasetManifest
        {
            Name = "omniglot",
            ContentSha256 = new string('b', 64),
            ExampleShape = [1, 28, 28],
            Classes = [new DatasetClass("a", "train", 20, ""), new DatasetClass("b", "train", 20, ""), new DatasetClass("c", "test", 20, "")],
        });
        Assert.Equal(0, await _rig.RunAsync("data", "list"));
        Assert.Contains("omniglot  3        60        1 x 28 x 28", _rig.Out);

        await using var second = new ConsoleRig();
        second.Cluster.Catalog.Datasets.AddRange(_rig.Cluster.Catalog.Datasets);
        Assert.Equal(0, await second.RunAsync("data", "describe", "omniglot", "--json"));
        Assert.Equal("""{"train":2,"test":1}""", second.Document()["splits"]!.ToJsonString());
    }

    [Fact]
    public async Task Workers_ShowWhoIsThere()
    {
        _rig.Cluster.Queue.Workers = () =>
        [
            new WorkerStatus
            {
                Id = "local-1/0", Silo = "local-1", Device = "cpu", DeviceClass = "intel/avx2/0123", MetricsUrl = "http://127.0.0.1:8080/metrics",
                Job = new JobId("glyphs-1"), Doing = "computing", Blocks = 12, ProcessId = 4712,
            },
        ];
        Assert.Equal(0, await _rig.RunAsync("workers"));
        Assert.Contains("local-1/0  cpu     glyphs-1  12      computing", _rig.Out);
        Assert.Contains("http://127.0.0.1:8080/metrics", _rig.Out);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("data", "list")]
    public async Task Command_IsRefused_WhenTheClusterThatRunsHasAnotherStore(params string[] command)
    {
        using Process self = Process.GetCurrentProcess();
        new LocalCluster { ClusterId = "local-1", Store = "redis://127.0.0.1:41234", SupervisorProcessId = self.Id, SupervisorStartedAt = self.StartTime.ToUniversalTime(), Ready = true }
            .Write(_rig.Folder.Path);

        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync([.. command, "--store", "redis://elsewhere"]));
        Assert.Contains("has the store redis://127.0.0.1:41234, not redis://elsewhere:6379: leave --store away", _rig.Error);
        Assert.Empty(_rig.Connections);
        Assert.Equal(0, await _rig.RunAsync([.. command, "--store", "redis://127.0.0.1:41234"]));
        Assert.Single(_rig.Connections);
    }

    [Fact]
    public async Task Up_TellsWhatRuns_AndDownThatNothingDoes()
    {
        Assert.Equal(0, await _rig.RunAsync("up", "--silos", "2", "--workers", "3", "--json"));
        Assert.Equal("cluster-1", (string?)_rig.Document()["clusterId"]);
        Assert.True(Assert.Single(_rig.Launcher.Started).Detached);
        Assert.Equal((2, 3), (_rig.Launcher.Started[0].Silos, _rig.Launcher.Started[0].Workers));

        await using var second = new ConsoleRig();
        Assert.Equal(0, await second.RunAsync("down"));
        Assert.StartsWith("No cluster runs on ", second.Out);
    }
}
