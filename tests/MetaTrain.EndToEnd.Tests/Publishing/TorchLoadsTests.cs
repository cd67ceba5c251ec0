using MetaTrain.TestKit.Data;
using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Publishing;

/// <summary>
/// libtorch loads, and its hashes are known, however a program that uses it is started. The program is the test program of Learning, told to run only its
/// tests of loading; the builds go to a directory of their own, so that the repository's is left alone.
/// </summary>
public sealed class TorchLoadsTests(TorchLoadsTests.Artifacts artifacts) : IClassFixture<TorchLoadsTests.Artifacts>
{
    private const string Project = "tests/MetaTrain.Learning.Tests";
    private static readonly string[] OnlyLoading =
        ["-class", "MetaTrain.Learning.Tests.Devices.TorchRuntimeTests", "-class", "MetaTrain.Learning.Tests.Devices.DeviceClassTests"];
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Torch_Loads_ByDotnetRun()
    {
        string said = await DotnetAsync(["run", .. artifacts.Build, "--project", SourceTree.Combine(Project), "--", .. OnlyLoading]);

        AssertLoaded(said);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("linux-x64")]
    public async Task Torch_Loads_FromAPublishedBuild(string? runtimeIdentifier)
    {
        Assert.SkipWhen(runtimeIdentifier is not null && !OperatingSystem.IsLinux(), "The publish is for Linux.");
        string output = artifacts.Directory.Combine($"published-{runtimeIdentifier}");
        string[] runtime = runtimeIdentifier is null ? [] : ["--runtime", runtimeIdentifier, "--self-contained", "false"];

        await DotnetAsync(["publish", SourceTree.Combine(Project), .. artifacts.Build, "--output", output, .. runtime]);
        string said = await DotnetAsync([Path.Combine(output, "MetaTrain.Learning.Tests.dll"), .. OnlyLoading]);

        AssertLoaded(said);
    }

    [Fact]
    public async Task Torch_LoadsFromTheFolderThatIsNamed_AndComputesTheSame_WhenTheBuildBringsNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Which files are loaded is read from /proc.");
        string[] onlyInUse = ["-class", "MetaTrain.Learning.Tests.Devices.LibtorchInUseTests"];
        (string own, string named) = (artifacts.Directory.Combine("own.txt"), artifacts.Directory.Combine("named.txt"));
        string external = artifacts.Directory.Combine("external");

        string said = await DotnetAsync(
            ["run", .. artifacts.Build, "--project", SourceTree.Combine(Project), "--", .. onlyInUse], ("METATRAIN_TEST_OUTPUT", own));
        AssertLoaded(said);
        string built = Path.GetDirectoryName(Directory.EnumerateFiles(artifacts.Directory.Path, "libtorch_cpu.so", SearchOption.AllDirectories).First())!;

        // Where another backend was built before: nothing of it may be left.
        string libtorch = artifacts.Directory.Combine("libtorch");
        Directory.CreateDirectory(libtorch);
        foreach (string library in Directory.EnumerateFiles(built))
        {
            File.Copy(library, Path.Combine(libtorch, Path.GetFileName(library)));
        }

        await DotnetAsync(["publish", SourceTree.Combine(Project), .. artifacts.Build, "-p:TorchBackend=external", "--output", external]);
        Assert.Empty(Directory.EnumerateFiles(external, "libtorch_cpu.so", SearchOption.AllDirectories));
        Assert.DoesNotContain("libtorch_cpu.so", await File.ReadAllTextAsync(Path.Combine(external, "native.sha256"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        said = await DotnetAsync(
            [Path.Combine(external, "MetaTrain.Learning.Tests.dll"), .. onlyInUse], ("METATRAIN_LIBTORCH", libtorch), ("METATRAIN_TEST_OUTPUT", named));

        AssertLoaded(said);
        Assert.Equal(await File.ReadAllTextAsync(own, TestContext.Current.CancellationToken), await File.ReadAllTextAsync(named, TestContext.Current.CancellationToken));
    }

    private static void AssertLoaded(string said)
    {
        Assert.Contains("Failed: 0", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", said, StringComparison.Ordinal);
    }

    private static async Task<string> DotnetAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        // Nodes that stayed for the next build would outlive the test.
        var environment = new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" };
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        await using ChildProcess dotnet = ChildProcess.StartDotnet(arguments, environment: environment);

        int code = await dotnet.WaitForExitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)} ended with {code}.\n{dotnet.Transcript}");
        return dotnet.Transcript;
    }

    /// <summary>Build output that the tests of this class share.</summary>
    public sealed class Artifacts : IDisposable
    {
        public TemporaryDirectory Directory { get; } = new("publish");

        // What is built here was analysed when it was built to be tested.
        public string[] Build => ["--configuration", SourceTree.Configuration, "--artifacts-path", Directory.Path, "-p:RunAnalyzers=false"];

        public void Dispose() => Directory.Dispose();
    }
}
