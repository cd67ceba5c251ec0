using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class WorkerChoiceTests
{
    private const string Amd = "cpu/AuthenticAMD/avx2/torch-1/sharp-1";
    private const string Intel = "cpu/GenuineIntel/avx2/torch-1/sharp-1";
    private const string Gpu = "cuda/NVIDIA-H100/sm_90/torch-2/sharp-1";

    [Fact]
    public void Choose_TakesTheJobsClass_ThenWhoIsIdle_ThenWhoIsNear()
    {
        WorkerStatus[] workers = [Worker("a/0", Intel), Worker("b/0", Amd, "other"), Worker("b/1", Amd), Worker("c/0", Amd)];

        Assert.Equal("c/0", Choose(workers, silo: "c"));
        Assert.Equal("b/1", Choose(workers, silo: "a"));
        Assert.Equal("b/0", Choose(workers[..2], silo: "a"));
        Assert.Equal("a/0", Choose(workers[..1], silo: "b"));
    }

    [Fact]
    public void Choose_TakesNobody_WhoLeavesOrCannotComputeTheJob()
    {
        Assert.Null(Choose([]));
        Assert.Null(Choose([Worker("a/0", Amd) with { Draining = true }]));
        Assert.Null(Choose([Worker("a/0", Gpu)], new ResourcesSpec { Device = "cpu" }));
        Assert.Equal("b/0", Choose([Worker("a/0", Amd), Worker("b/0", Gpu)], new ResourcesSpec { Device = "cuda" }));
    }

    private static string? Choose(WorkerStatus[] workers, ResourcesSpec? resources = null, string silo = "a") =>
        WorkerChoice.Choose(workers, resources ?? new ResourcesSpec(), Amd, silo)?.Id;

    private static WorkerStatus Worker(string id, string deviceClass, string? job = null) => new()
    {
        Id = id,
        Silo = id.Split('/')[0],
        Device = deviceClass.Split('/')[0],
        DeviceClass = deviceClass,
        Job = job is null ? null : new JobId(job),
    };
}
