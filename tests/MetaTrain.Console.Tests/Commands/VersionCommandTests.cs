using System.Xml.Linq;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Commands;

/// <summary>The commands that ask a worker about a committed version: <c>picture</c> and <c>retrieve</c>.</summary>
public sealed class VersionCommandTests : IAsyncDisposable
{
    private readonly ConsoleRig _rig = new();
    private readonly FakeCoordinator _job;

    public VersionCommandTests()
    {
        _rig.Cluster.Queue.List = () => [Statuses.Completed("glyphs-1")];
        _job = _rig.Cluster.Job("glyphs-1");
        _job.Describe = () => Statuses.Completed("glyphs-1");
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Picture_WritesTheEpisodeThatWasAskedFor()
    {
        DemonstrationRequest? asked = null;
        _job.Demonstrate = request =>
        {
            asked = request;
            return new DemonstrationReply { Demonstration = Demonstrated.Images() };
        };
        string file = _rig.Folder.File("deep/picture.svg");

        Assert.Equal(0, await _rig.RunAsync("picture", "glyphs", "--to", file, "--task", "3", "--split", "validation", "--at", "1000"));

        Assert.Equal((CheckpointSelector.At(1_000), "validation", 3), (asked!.At, asked.Split, asked.Task));
        Assert.Equal("svg", XElement.Load(file).Name.LocalName);
        Assert.StartsWith(
            $"glyphs-1, version 1,000: task 3 of the test split: accuracy 25.0 % before adaptation, 75.0 % after 3 steps.{Environment.NewLine}Wrote {file} (", _rig.Out);
    }

    [Fact]
    public async Task Picture_IsADocument_WhenJsonIsAsked()
    {
        DemonstrationRequest? asked = null;
        _job.Demonstrate = request =>
        {
            asked = request;
            return new DemonstrationReply { Demonstration = Demonstrated.Curves() };
        };
        string file = _rig.Folder.File("picture.svg");

        Assert.Equal(0, await _rig.RunAsync("picture", "glyphs-1", "--to", file, "--json"));

        Assert.Equal((CheckpointSelector.Best, "test", 0), (asked!.At, asked.Split, asked.Task));
        string document = _rig.Document().ToJsonString();
        Assert.StartsWith(
            """{"job":"glyphs-1","at":70000,"split":"validation","task":0,"ways":0,"shots":2,"queries":1,"innerSteps":[0,1,10],"mse":[3.2144,0.61,0.0004],"data":null,"path":""",
            document);
        Assert.Equal(new FileInfo(file).Length, (long)_rig.Document()["bytes"]!);
    }

    [Fact]
    public async Task Picture_EndsWithCode2_WhenTheClusterOrTheDiskRefuses()
    {
        string file = _rig.Folder.File("picture.svg");
        _job.Demonstrate = _ => new DemonstrationReply { Failure = "Job glyphs-1 has no committed version that --at 7 could mean; it has 1000." };
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("picture", "glyphs-1", "--to", file, "--at", "7"));
        Assert.EndsWith("it has 1000." + Environment.NewLine, _rig.Error);
        Assert.False(File.Exists(file));

        _job.Demonstrate = _ => new DemonstrationReply { Demonstration = Demonstrated.Images() };
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("picture", "glyphs-1", "--to", _rig.WriteSpec() + "/picture.svg"));
        Assert.EndsWith("name another file with --to." + Environment.NewLine, _rig.Error);
    }

    [Fact]
    public async Task Retrieve_SendsTheFiles_AndShowsATable()
    {
        RetrievalRequest? asked = null;
        _job.Retrieve = request =>
        {
            asked = request;
            return Found(request);
        };

        Assert.Equal(0, await _rig.RunAsync("retrieve", "glyphs", "--among", Folder(), "--queries", _rig.Folder.File("asked"), "--top", "2", "--at", "last"));

        Assert.Equal((CheckpointSelector.Last, 2), (asked!.At, asked.Top));
        Assert.Equal(["alpha", "beta"], asked.Classes.Select(each => each.Name));
        Assert.Equal([1, 2], asked.Classes[1].Images.Single().Content);
        string[] lines = _rig.Out.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        int width = asked.Queries[0].Name.Length;
        Assert.Equal($"{"QUERY".PadRight(width)}  NEAREST CLASS  2", lines[0]);
        Assert.Equal($"{asked.Queries[0].Name}  beta 94.0 %    alpha 6.0 %", lines[1]);
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public async Task Retrieve_SendsWhatDescribesClasses_InPlaceOfImages()
    {
        RetrievalRequest? asked = null;
        _job.Retrieve = request => Found(asked = request);
        Folder();
        await File.WriteAllTextAsync(_rig.Folder.File("told.csv"), "alpha,1\nbeta,2", TestContext.Current.CancellationToken);

        Assert.Equal(0, await _rig.RunAsync("retrieve", "glyphs", "--among", _rig.Folder.File("told.csv"), "--queries", _rig.Folder.File("asked")));

        Assert.Empty(asked!.Classes);
        Assert.Equal(new DatasetTextFile("told.csv", "alpha,1\nbeta,2"), asked.Descriptions);
    }

    [Fact]
    public async Task Retrieve_IsADocument_WhenJsonIsAsked()
    {
        RetrievalRequest? asked = null;
        _job.Retrieve = request => Found(asked = request);

        Assert.Equal(0, await _rig.RunAsync("retrieve", "glyphs-1", "--among", Folder(), "--queries", _rig.Folder.File("asked/q.png"), "--json"));

        Assert.Equal((CheckpointSelector.Best, 5), (asked!.At, asked.Top));
        Assert.Equal((1_000L, "glyphs-1"), ((long)_rig.Document()["at"]!, (string?)_rig.Document()["job"]));
        Assert.Equal(
            """[{"class":"beta","probability":0.94},{"class":"alpha","probability":0.06}]""",
            _rig.Document()["queries"]![0]!["classes"]!.ToJsonString());
    }

    [Fact]
    public async Task Retrieve_EndsWithCode2_WhenThereIsNothingToAskWith_BeforeAClusterIsStarted()
    {
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("retrieve", "glyphs-1", "--among", Folder(), "--queries", _rig.Folder.File("nothing")));
        Assert.Contains("There is no file or folder", _rig.Error);
        Assert.Empty(_rig.Launcher.Started);
        Assert.Empty(_rig.Connections);
    }

    [Fact]
    public async Task Retrieve_EndsWithCode2_WhenTheMethodCannot()
    {
        _job.Retrieve = _ => new RetrievalReply { Failure = "This method tells apart as many classes as it was trained with and no others." };
        Assert.Equal(ExitCode.WrongUsage, await _rig.RunAsync("retrieve", "glyphs-1", "--among", Folder(), "--queries", _rig.Folder.File("asked")));
        Assert.EndsWith("and no others." + Environment.NewLine, _rig.Error);
    }

    private static RetrievalReply Found(RetrievalRequest request) => new()
    {
        Version = 1_000,
        Answers = [.. request.Queries.Select(query => new RetrievalAnswer(query.Name, [new("beta", 0.94), new("alpha", 0.06)]))],
    };

    private string Folder()
    {
        foreach ((string name, byte[] content) in ((string, byte[])[])[("among/alpha/a.png", [0]), ("among/beta/b.png", [1, 2]), ("asked/q.png", [3])])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_rig.Folder.File(name))!);
            File.WriteAllBytes(_rig.Folder.File(name), content);
        }

        return _rig.Folder.File("among");
    }
}
