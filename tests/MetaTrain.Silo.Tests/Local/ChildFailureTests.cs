using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;

namespace MetaTrain.Silo.Tests.Local;

public sealed class ChildFailureTests
{
    [Fact]
    public void Of_RepeatsTheSentence_OfAProcessThatExplainedItself() => Assert.Equal(
        new ChildFailure("--silo-port 1 is taken.", ExitCode.Failed), ChildFailure.Of("silo-0", "x.log", new ChildExit(ExitCode.Failed, "--silo-port 1 is taken.")));

    [Fact]
    public void Of_KeepsTheCode_WhenTheStoreIsNotThere() =>
        Assert.Equal(ExitCode.StoreUnreachable, ChildFailure.Of("silo-0", "x.log", new ChildExit(ExitCode.StoreUnreachable, "No store.")).ExitCode);

    [Theory]
    [InlineData(134, "   at Program.Main()")]
    [InlineData(1, "")]
    public void Of_NamesTheLog_WhenTheProcessCrashed(int code, string lastWords)
    {
        string sentence = ChildFailure.Of("silo-0", "/d/logs/silo-0.log", new ChildExit(code, lastWords)).Sentence;

        Assert.Contains("silo-0", sentence);
        Assert.Contains($"{code}", sentence);
        Assert.Contains("/d/logs/silo-0.log", sentence);
        Assert.DoesNotContain("Program.Main", sentence);
    }
}
