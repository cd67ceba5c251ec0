using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class SiloDevicesTests
{
    [Theory]
    [InlineData("cuda", 4, "cuda:0 cuda:1 cuda:0 cuda:1")]
    [InlineData("cuda:1", 2, "cuda:1 cuda:1")]
    [InlineData("cpu", 3, "cpu cpu cpu")]
    public void Of_GivesTheSlotsTheDevicesInTurn(string device, int slots, string expected)
    {
        using SiloDevices devices = Create(device, slots);

        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, slots).Select(slot => devices.Of(slot).ToString())));
    }

    [Fact]
    public void DeviceClass_IsThatOfAllItsDevices()
    {
        using SiloDevices same = Create("cuda", 2);
        using SiloDevices mixed = Create("cuda", 2, device => $"GPU{device.Index}");

        Assert.Equal("cuda/GPU/sm_90/torch-1/sharp-2", same.DeviceClass);
        Assert.Contains("are of 2 classes", Assert.Throws<TorchUnavailableException>(() => mixed.DeviceClass).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SaysWhatIsMissing_WhenTheDeviceIsNotThere()
    {
        using SiloDevices devices = Create("cuda:2", 1);

        Assert.Contains("has 2 GPUs that can be used; give cuda:0 to cuda:1", Assert.Throws<TorchUnavailableException>(() => devices.Of(0)).Message, StringComparison.Ordinal);
    }

    private static SiloDevices Create(string device, int slots, Func<ComputeDevice, string>? nameOf = null) => new(
        new WorkerOptions { Device = device, Slots = slots },
        () => new CudaSupport(HasLibrary: true, Count: 2),
        found => new DeviceClass(found.Kind, nameOf?.Invoke(found) ?? "GPU", "sm_90", "1", "2"));
}
