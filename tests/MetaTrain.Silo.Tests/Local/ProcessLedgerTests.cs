using System.Diagnostics;
using MetaTrain.Silo.Local;
using MetaTrain.Silo.Processes;
using MetaTrain.TestKit.Data;

namespace MetaTrain.Silo.Tests.Local;

public sealed class ProcessLedgerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new("ledger");

    private string Path => _directory.Combine("processes.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task EndLeftovers_EndsWhatAnEarlierSupervisorLeft()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no program 'sleep' on Windows.");
        using Process process = Process.Start("sleep", "600");
        ProcessIdentity identity = ProcessIdentity.Of("silo-0", process);
        new ProcessLedger(Path).Put(identity);

        Assert.Equal(identity, Assert.Single(new ProcessLedger(Path).EndLeftovers(Patience)));

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void EndLeftovers_LeavesAProcessAlone_ThatOnlyHasTheSameNumber()
    {
        ProcessIdentity self = ProcessIdentity.Self("silo-0");
        new ProcessLedger(Path).Put(self with { StartedAt = self.StartedAt.AddHours(-1) });

        Assert.Empty(new ProcessLedger(Path).EndLeftovers(Patience));
    }

    [Fact]
    public void EndLeftovers_FindsNothing_WhenTheLastOneEndedWell()
    {
        ProcessLedger ledger = new(Path);
        ledger.Put(new ProcessIdentity("silo-0", int.MaxValue, DateTimeOffset.UnixEpoch));
        Assert.True(File.Exists(Path));
        ledger.Forget();

        Assert.Empty(new ProcessLedger(Path).EndLeftovers(Patience));
    }

    [Fact]
    public void EndLeftovers_GoesOn_WhenTheFileIsCutOff()
    {
        File.WriteAllText(Path, "[{\"Name\":");

        Assert.Empty(new ProcessLedger(Path).EndLeftovers(Patience));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Put_ReplacesTheProcessOfTheSameName()
    {
        ProcessLedger ledger = new(Path);
        ledger.Put(new ProcessIdentity("silo-0", 1, DateTimeOffset.UnixEpoch));
        ledger.Put(new ProcessIdentity("silo-0", 2, DateTimeOffset.UnixEpoch));

        string text = File.ReadAllText(Path);
        Assert.Contains("\"Id\":2", text);
        Assert.DoesNotContain("\"Id\":1", text);
    }
}
