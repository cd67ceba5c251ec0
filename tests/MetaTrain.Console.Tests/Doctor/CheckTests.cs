using System.Collections.Immutable;
using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Client.Tests.Fakes;
using MetaTrain.Console.Doctor;
using MetaTrain.Console.Tests.Fakes;

namespace MetaTrain.Console.Tests.Doctor;

public sealed class CheckTests
{
    [Theory]
    [InlineData("noeviction", "yes", "Good Good")]
    [InlineData("allkeys-lru", "no", "Bad Bad")]
    [InlineData("unknown (not allowed)", "unknown (not allowed)", "Warning Warning")]
    [InlineData(null, null, "Warning Warning")]
    public void Store_IsJudgedByItsSettings(string? policy, string? appendOnly, string verdicts)
    {
        Dictionary<string, string> facts = [];
        if (policy is not null)
        {
            facts["maxmemory-policy"] = policy;
            facts["appendonly"] = appendOnly!;
        }

        Finding[] findings = [.. StoreChecks.JudgeDurability(facts)];
        Assert.Equal(verdicts, string.Join(' ', findings.Select(finding => finding.Verdict)));
        Assert.All(findings.Where(finding => finding.Verdict != Verdict.Good), finding => Assert.NotNull(finding.Remedy));
    }

    [Fact]
    public void Directory_IsStale_WhenTheSupervisorIsGone()
    {
        using var folder = new TemporaryFolder();
        new FakeLocalCluster("c1").Description.Write(folder.Path);
        Assert.Equal(Verdict.Good, DirectoryCheck.Run(folder.Path, (_, _) => true).Finding.Verdict);
        (Finding stale, LocalCluster? running) = DirectoryCheck.Run(folder.Path, (_, _) => false);
        Assert.Equal(Verdict.Warning, stale.Verdict);
        Assert.Contains("stale cluster.json", stale.Text);
        Assert.Null(running);
        File.WriteAllText(folder.File("cluster.json"), "{");
        Assert.Equal(Verdict.Bad, DirectoryCheck.Run(folder.Path, (_, _) => true).Finding.Verdict);
        Assert.Equal(Verdict.Good, DirectoryCheck.Run(folder.File("absent"), (_, _) => true).Finding.Verdict);
    }

    [Fact]
    public void Cluster_IsJudgedByItsWorkersAndJobs()
    {
        Assert.Equal(Verdict.Bad, Assert.Single(ClusterChecks.Judge([], [])).Verdict);
        Assert.Equal([Verdict.Good, Verdict.Good], ClusterChecks.Judge([Worker("a", "avx2"), Worker("b", "avx2")], []).Select(each => each.Verdict));
        Finding[] mixed = [.. ClusterChecks.Judge(
            [Worker("a", "avx2"), Worker("b", "avx512")], [Statuses.Running() with { Stalled = "Device classes differ." }])];
        Assert.Equal([Verdict.Good, Verdict.Warning, Verdict.Warning], mixed.Select(each => each.Verdict));
        Assert.Contains("avx2, avx512", mixed[1].Text);
        Assert.Equal("Device classes differ.", mixed[2].Text);
    }

    [Fact]
    public void Libraries_AreJudgedByTheSilosOwnCheck()
    {
        Assert.Equal(("cpu avx2", Verdict.Good), Short(SiloChecks.Judge(0, "loading\ncpu avx2\n", "")));
        Assert.Equal(("GLIBCXX is too old.", Verdict.Bad), Short(SiloChecks.Judge(1, "loading", "x\nGLIBCXX is too old.\n")));
        Assert.Equal(("The silo's own check ended with code 139", Verdict.Bad), Short(SiloChecks.Judge(139, "", "")));
    }

    [Fact]
    public void Machine_IsExamined() =>
        Assert.Equal(["runtime", "processor", "memory", "disk"], MachineChecks.Run(Path.GetTempPath()).Select(finding => finding.Check));

    [Fact]
    public void Finding_ShowsItsRemedyBelow() => Assert.Equal(
        $"BAD   store            it is silent{Environment.NewLine}                       -> Start it.",
        Finding.Bad("store", "it is silent", "Start it.").ToString());

    private static (string, Verdict) Short(Finding finding) => (finding.Text, finding.Verdict);

    private static WorkerStatus Worker(string silo, string deviceClass) =>
        new() { Id = silo + "/0", Silo = silo, Device = "cpu", DeviceClass = deviceClass };
}
