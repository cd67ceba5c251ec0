using MetaTrain.Console.Commands;
using MetaTrain.Console.Hosting;
using MetaTrain.Console.LocalClusters;

namespace MetaTrain.Console.Tests.LocalClusters;

public sealed class SiloLocatorTests
{
    private static readonly string Beside = Path.Combine("/opt/metatrain", "MetaTrain.Silo.dll");
    private const string Built = "/src/MetaTrain.Silo/bin/MetaTrain.Silo.dll";

    [Fact]
    public void Find_PrefersWhatIsBesideTheConsole()
    {
        Assert.Equal(Path.GetFullPath(Beside), Locator(Beside, Built).Find(null).Path);
        Assert.Equal(Path.GetFullPath(Built), Locator(Built).Find(null).Path);
    }

    [Fact]
    public void Find_TakesAFileOrAFolder_WhenItIsGiven()
    {
        Assert.Equal(Path.GetFullPath("/x/silo"), Locator("/x/silo", Beside).Find("/x/silo").Path);
        Assert.Equal(Path.GetFullPath("/y/MetaTrain.Silo.dll"), Locator(Path.Combine("/y", "MetaTrain.Silo.dll"), Beside).Find("/y").Path);
    }

    [Fact]
    public void Find_SaysWhereItLooked_WhenThereIsNone()
    {
        Assert.Equal(ExitCode.Unreachable, Assert.Throws<ConsoleFault>(() => Locator().Find(null)).ExitCode);
        var given = Assert.Throws<ConsoleFault>(() => Locator(Beside).Find("/nowhere"));
        Assert.Equal(ExitCode.WrongUsage, given.ExitCode);
        Assert.StartsWith("There is no silo at '/nowhere'", given.Message);
    }

    [Fact]
    public void Start_RunsAnAssemblyByDotnet_AndAnExecutableByItself()
    {
        Assert.Equal(["exec", Built, "check"], new SiloProgram(Built).ToStartInfo(["check"]).ArgumentList);
        Assert.Equal(("/x/MetaTrain.Silo", 1), (new SiloProgram("/x/MetaTrain.Silo").ToStartInfo(["check"]).FileName, new SiloProgram("/x/MetaTrain.Silo").ToStartInfo(["check"]).ArgumentList.Count));
    }

    [Fact]
    public void Arguments_AreTheSupervisors()
    {
        var options = new LocalClusterOptions { DataDirectory = "/data", Silos = 3, Workers = 2, Store = "redis://host" };
        Assert.Equal("local --silos 3 --workers 2 --data /data --store redis://host --owned-jobs-only --owner-pipe", string.Join(' ', options.ToArguments()));
        Assert.EndsWith("--detached", string.Join(' ', (options with { Detached = true }).ToArguments()));
        Assert.DoesNotContain("--device", options.ToArguments());
        string onGpus = string.Join(' ', (options with { Device = "cuda", Workers = null }).ToArguments());
        Assert.Contains("--device cuda", onGpus);
        Assert.DoesNotContain("--workers", onGpus);
        Assert.Contains("--arithmetic portable", string.Join(' ', (options with { Portable = true }).ToArguments()));
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(3, 8, 2)]
    [InlineData(4, 2, 1)]
    public void Workers_ShareTheCores(int silos, int cores, int workers) => Assert.Equal(workers, LocalClusterOptions.DefaultWorkers(silos, cores));

    [Theory]
    [InlineData("plain-word_1.yaml", "plain-word_1.yaml")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    [InlineData("$HOME", "'$HOME'")]
    public void Quote_MakesOneWordForAShell(string word, string quoted) => Assert.Equal(quoted, CommandText.Quote(word));

    [Fact]
    public void DataDirectory_IsGivenSetOrStandard()
    {
        Assert.Equal(Path.GetFullPath("/a"), DataDirectory.Resolve("/a", _ => "/b"));
        Assert.Equal(Path.GetFullPath("/b"), DataDirectory.Resolve(null, _ => "/b"));
        Assert.EndsWith(".metatrain", DataDirectory.Resolve(null, _ => null));
        Assert.Equal(("x", "y", null), (DataDirectory.In(["list", "--data", "x"]), DataDirectory.In(["--data=y"]), DataDirectory.In(["--data"])));
    }

    private static SiloLocator Locator(params string[] files) => new("/opt/metatrain", Built, files.Contains);
}
