using MetaTrain.TestKit.Processes;

namespace MetaTrain.EndToEnd.Tests.Processes;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WaitForExitAsync_GivesExitCodeAndLines()
    {
        await using ChildProcess child = Shell("echo one; echo two; echo three >&2; exit 7");

        int code = await child.WaitForExitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(7, code);
        Assert.Equal(["one", "two"], child.Output.Lines);
        Assert.Equal(["three"], child.Errors.Lines);
    }

    [Fact]
    public async Task WaitForAsync_FindsALine_WhileTheProcessRuns()
    {
        await using ChildProcess child = Shell("echo starting; echo ready on 7; read line; echo got $line");

        string ready = await child.Output.WaitForAsync("ready", Deadline, TestContext.Current.CancellationToken);
        await child.Input.WriteLineAsync("word");
        await child.Input.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal("ready on 7", ready);
        Assert.Equal("got word", await child.Output.WaitForAsync("got", Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WaitForAsync_FailsWithTheTranscript_WhenTheOutputEndsWithoutTheLine()
    {
        await using ChildProcess child = Shell("echo something else; echo and why >&2");

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => child.Output.WaitForAsync("ready", Deadline, TestContext.Current.CancellationToken));

        Assert.Contains("something else", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForAsync_FailsWithTheTranscript_AtTheDeadline()
    {
        await using ChildProcess child = Shell("echo something else; read line");
        await child.Output.WaitForAsync("something", Deadline, TestContext.Current.CancellationToken);

        TimeoutException failure = await Assert.ThrowsAsync<TimeoutException>(
            () => child.Output.WaitForAsync("ready", TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken));

        Assert.Contains("something else", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_EndsWhatTheProcessStarted_AlsoWhatWasDetached()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Detached processes are found through /proc, on Linux only.");
        int inTree, detached;
        await using (ChildProcess child = Shell("sleep 600 & echo $!; setsid sh -c 'echo $$; exec sleep 600' & read line"))
        {
            await child.Output.WaitForAsync(_ => child.Output.Lines.Count == 2, "two ids", Deadline, TestContext.Current.CancellationToken);
            int[] ids = [.. child.Output.Lines.Select(int.Parse)];
            (inTree, detached) = (ids[0], ids[1]);
            Assert.True(Runs(inTree) && Runs(detached), child.Transcript);
        }

        Assert.False(Runs(inTree), "The process in the tree still runs.");
        Assert.False(Runs(detached), "The detached process still runs.");
    }

    [Fact]
    public void FreePort_GivesAnotherPortEachTime()
    {
        int[] ports = [.. Enumerable.Range(0, 50).Select(_ => FreePort.Take())];

        Assert.Distinct(ports);
    }

    private static ChildProcess Shell(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script needs a Unix shell.");
        return ChildProcess.Start("/bin/sh", ["-c", script]);
    }

    // A zombie whose parent has not yet asked for it has ended all the same: it has no command line any more.
    private static bool Runs(int id) => File.Exists($"/proc/{id}/cmdline") && File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
}
