using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class DeviceNeedsTests
{
    private const string Cpu = "cpu/AuthenticAMD/avx2/torch-1/sharp-1";
    private const string Gpu = "cuda/NVIDIA-H100/sm_90/torch-2/sharp-1";
    private const string OtherGpu = "cuda/NVIDIA-T4/sm_75/torch-2/sharp-1";

    [Theory]
    [InlineData("auto", "float32", Cpu, true)]
    [InlineData("auto", "float32", Gpu, true)]
    [InlineData("auto", "bf16", Cpu, true)]
    [InlineData("auto", "tf32", Cpu, false)]
    [InlineData("auto", "tf32", "cuda:3", true)]
    [InlineData("cpu", "float32", Gpu, false)]
    [InlineData("cuda", "float32", Cpu, false)]
    [InlineData("cuda", "float32", "cuda:0", true)]
    public void AreMet_FollowsDeviceAndPrecision(string device, string precision, string has, bool expected) =>
        Assert.Equal(expected, DeviceNeeds.AreMet(Spec(device, precision), has));

    [Fact]
    public void Choose_PrefersTheOwnClass_AndTakesAnotherWhereOnlyThatWillDo()
    {
        WorkerStatus[] mixed = [Worker("cuda:0", OtherGpu), Worker("cpu", Cpu), Worker("cuda:0", Gpu)];

        Assert.Equal(Cpu, DeviceNeeds.Choose(Spec("auto"), Cpu, mixed));
        Assert.Equal(Gpu, DeviceNeeds.Choose(Spec("cuda"), Cpu, mixed));
        Assert.Equal(OtherGpu, DeviceNeeds.Choose(Spec("cuda"), OtherGpu, mixed));
        Assert.Equal(Gpu, DeviceNeeds.Choose(Spec("auto", "tf32"), Cpu, mixed));
    }

    [Fact]
    public void Choose_TakesAWorkersClass_WhenTheSiloThatAsksHasNoWorkers() =>
        Assert.Equal(Gpu, DeviceNeeds.Choose(Spec("auto"), Cpu, [Worker("cuda:0", Gpu)]));

    [Fact]
    public void Choose_TakesTheOwnClass_WhenNoWorkerHasBeenHeardOfYet()
    {
        Assert.Equal(Cpu, DeviceNeeds.Choose(Spec("auto"), Cpu, []));
        Assert.Null(DeviceNeeds.Choose(Spec("cuda"), Cpu, []));
    }

    [Fact]
    public void Refuse_SaysWhatTheClusterHas_AndTheRemedy()
    {
        Assert.Null(DeviceNeeds.Refuse(Spec("cuda"), ["cpu", "cuda:1"]));
        Assert.Equal(
            "resources.device: the job asks for 'cuda' and this cluster's workers have 'cpu': leave it out, set it to auto, or start silos with --device cuda.",
            DeviceNeeds.Refuse(Spec("cuda"), ["cpu", "cpu"]));
        Assert.Equal(
            "resources.device: the job asks for 'cpu' and this cluster's workers have 'cuda:0', 'cuda:1': leave it out, set it to auto, or start silos with --device cpu.",
            DeviceNeeds.Refuse(Spec("cpu"), ["cuda:1", "cuda:0"]));
        Assert.Equal(
            "resources.precision: the job asks for 'tf32', in which only a GPU computes, and this cluster's workers have 'cpu': take float32 or bf16, or start silos with --device cuda.",
            DeviceNeeds.Refuse(Spec("auto", "tf32"), ["cpu"]));
    }

    private static ResourcesSpec Spec(string device, string precision = "float32") => new() { Device = device, Precision = precision };

    private static WorkerStatus Worker(string device, string deviceClass) =>
        new() { Id = "silo/0", Silo = "silo", Device = device, DeviceClass = deviceClass };
}
