using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Publishing;

/// <summary>
/// libtorch loads however a program that uses it is started. The program is the test program of Learning, told to run only its
/// tests of loading; the builds go to a directory of their own, so that the repository's is left alone.
/// </summary>
public sealed class TorchLoadsTests
{
    private const string Project = "tests/MetaTrain.Learning.Tests";
    private static readonly string[] OnlyLoading = ["--filter-class", "MetaTrain.Learning.Tests.Devices.TorchRuntimeTests"];
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Torch_Loads_ByDotnetRun()
    {
        using var artifacts = new TemporaryDirectory("run");

        await DotnetAsync(["run", .. Build(artifacts), "--project", SourceTree.Combine(Project), "--", .. OnlyLoading]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("linux-x64")]
    public async Task Torch_Loads_FromAPublishedBuild(string? runtimeIdentifier)
    {
        Assert.SkipWhen(runtimeIdentifier is not null && !OperatingSystem.IsLinux(), "The publish is for Linux.");
        using var artifacts = new TemporaryDirectory("publish");
        string output = artifacts.Combine("published");
        string[] runtime = runtimeIdentifier is null ? [] : ["--runtime", runtimeIdentifier, "--self-contained", "false"];

        await DotnetAsync(["publish", SourceTree.Combine(Project), .. Build(artifacts), "--output", output, .. runtime]);
        await DotnetAsync([Path.Combine(output, "MetaTrain.Learning.Tests.dll"), .. OnlyLoading]);
    }

    private static string[] Build(TemporaryDirectory artifacts) =>
        ["--configuration", SourceTree.Configuration, "--artifacts-path", artifacts.Path];

    private static async Task DotnetAsync(string[] arguments)
    {
        // Nodes that stayed for the next build would outlive the test.
        var environment = new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" };
        await using ChildProcess dotnet = ChildProcess.StartDotnet(arguments, environment: environment);

        int code = await dotnet.WaitForExitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)} ended with {code}.\n{dotnet.Transcript}");
    }
}
