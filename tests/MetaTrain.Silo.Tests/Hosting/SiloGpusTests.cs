using MetaTrain.Learning.Devices;
using MetaTrain.Silo.Hosting;

namespace MetaTrain.Silo.Tests.Hosting;

public sealed class SiloGpusTests
{
    private static readonly SiloOptions Options = new()
    {
        Store = "redis://127.0.0.1:6379",
        ClusterId = "c",
        SiloName = "silo-0",
        SiloPort = 1,
        GatewayPort = 2,
        HttpPort = 3,
        Workers = 1,
        DataDirectory = "/tmp",
    };

    [Theory]
    [InlineData("cuda", true, 3, 3)]
    [InlineData("cuda", false, 3, 5)]
    [InlineData("cuda:2", true, 1, 1)]
    public void Find_GivesEachGpuAWorker_UnlessSomebodySaidHowMany(string device, bool isWorkerPerGpu, int devices, int workers)
    {
        SiloOptions found = Find(Options with { Device = device, IsWorkerPerGpu = isWorkerPerGpu, Workers = isWorkerPerGpu ? 1 : 5 });

        Assert.Equal((devices, workers), (found.Devices.Length, found.Workers));
    }

    [Fact]
    public void Find_AsksForNothing_OnTheProcessor() =>
        Assert.Same(Options, SiloGpus.Find(Options, () => throw new InvalidOperationException(), _ => throw new InvalidOperationException()));

    [Fact]
    public void Find_RefusesGpusOfSeveralClasses_InOneSilo()
    {
        StartFailure failure = Assert.Throws<StartFailure>(() => Find(Options with { Device = "cuda" }, device => device.Index == 1 ? "T4" : "H100"));

        Assert.Contains("of 2 classes, cuda/H100/sm_1/torch-/sharp- and cuda/T4/sm_1/torch-/sharp-: start a silo for each GPU", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_SaysWhichGpusThereAre_WhenTheOneMeantIsNot() => Assert.Contains(
        "cuda:3 cannot be computed on: this machine has 3 GPUs",
        Assert.Throws<StartFailure>(() => Find(Options with { Device = "cuda:3" })).Message,
        StringComparison.Ordinal);

    private static SiloOptions Find(SiloOptions options, Func<ComputeDevice, string>? nameOf = null) => SiloGpus.Find(
        options,
        () => new CudaSupport(HasLibrary: true, Count: 3),
        device => new DeviceClass("cuda", nameOf?.Invoke(device) ?? "H100", "sm_1", "", ""));
}
