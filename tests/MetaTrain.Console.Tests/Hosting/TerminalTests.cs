using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.Tests.Hosting;

public sealed class TerminalTests
{
    [Theory]
    [InlineData(false, "xterm-256color", null, true)]
    [InlineData(true, "xterm-256color", null, false)]
    [InlineData(false, "dumb", null, false)]
    [InlineData(false, "xterm", "true", false)]
    public void Interactive_NeedsATerminalThatRedraws(bool redirected, string term, string? ci, bool expected) =>
        Assert.Equal(expected, Terminal.IsInteractive(redirected, name => name == "TERM" ? term : name == "CI" ? ci : null));

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("1", false)]
    public void Colour_IsTurnedOffByNoColor(string? value, bool expected) =>
        Assert.Equal(expected, Terminal.HasColour(name => name == "NO_COLOR" ? value : null));

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "en_GB.UTF-8", true)]
    [InlineData("C.utf8", "C", true)]
    [InlineData("C", "en_GB.UTF-8", false)]
    public void Unicode_FollowsTheLocale(string? all, string? lang, bool expected) =>
        Assert.Equal(expected, Terminal.HasUnicode(name => name == "LC_ALL" ? all : name == "LANG" ? lang : null));

    [Fact]
    public void Interrupts_StopInGoodOrderFirst_AndKillThen()
    {
        List<string> done = [];
        using var interrupts = new Interrupts(code => done.Add($"exit {code}"));
        interrupts.OnSecond(() => done.Add("kill"));

        interrupts.Raise();
        Assert.True(interrupts.Token.IsCancellationRequested);
        Assert.Empty(done);
        Assert.True(interrupts.SettleAsync().IsCompleted);

        interrupts.Raise();
        Assert.Equal(["kill", "exit 130"], done);
        Assert.False(interrupts.SettleAsync().IsCompleted);
    }
}
