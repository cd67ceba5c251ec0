using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class ComputeDeviceTests
{
    private static readonly CudaSupport TwoGpus = new(HasLibrary: true, Count: 2);

    [Theory]
    [InlineData("cpu", -1)]
    [InlineData("cuda:0", 0)]
    [InlineData("cuda:17", 17)]
    public void TryParse_ReadsWhatToStringWrites(string text, int index)
    {
        Assert.True(ComputeDevice.TryParse(text, out ComputeDevice device));

        Assert.Equal(index, device.Index);
        Assert.Equal(index >= 0, device.IsCuda);
        Assert.Equal(text, device.ToString());
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:01")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    [InlineData("CPU")]
    [InlineData("gpu:0")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_Refuses_WhatIsNotOneDevice(string? text) => Assert.False(ComputeDevice.TryParse(text, out _));

    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cuda", "cuda:0 cuda:1")]
    [InlineData("cuda:1", "cuda:1")]
    public void Resolve_GivesTheDevicesMeant(string text, string expected)
    {
        Assert.True(DeviceSelection.TryParse(text, out DeviceSelection selection));

        Assert.Equal(expected, string.Join(' ', selection.Resolve(() => TwoGpus)));
        Assert.Equal(text, selection.ToString());
    }

    [Fact]
    public void Resolve_AsksForNoGpu_WhenNoneIsMeant()
    {
        Assert.True(DeviceSelection.TryParse("cpu", out DeviceSelection selection));

        Assert.Equal([ComputeDevice.Cpu], selection.Resolve(() => throw new InvalidOperationException("CUDA was asked for.")));
    }

    [Theory]
    [InlineData("cuda:0", false, 0, "The device cuda:0 cannot be computed on: this build's libtorch computes on the CPU only; build with -p:TorchBackend=cuda")]
    [InlineData("cuda", false, 0, "The device cuda cannot be computed on: this build's libtorch computes on the CPU only;")]
    [InlineData("cuda", true, 0, "The device cuda cannot be computed on: this machine has no GPU that can be used (NVIDIA's driver is not installed);")]
    [InlineData("cuda:1", true, 1, "The device cuda:1 cannot be computed on: this machine has 1 GPU that can be used; give cuda:0, or cuda for all.")]
    [InlineData("cuda:7", true, 2, "The device cuda:7 cannot be computed on: this machine has 2 GPUs that can be used; give cuda:0 to cuda:1, or cuda for all.")]
    public void Resolve_SaysWhatIsMissing_AndTheRemedy(string text, bool hasLibrary, int count, string beginning)
    {
        Assert.True(DeviceSelection.TryParse(text, out DeviceSelection selection));

        TorchUnavailableException failure = Assert.Throws<TorchUnavailableException>(
            () => selection.Resolve(() => new CudaSupport(hasLibrary, count, "NVIDIA's driver is not installed")));

        Assert.StartsWith(beginning, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfThisProcess_SaysWhatLibtorchSays()
    {
        CudaSupport support = CudaSupport.OfThisProcess;

        Assert.Equal(TorchRuntime.HasCuda, support.HasLibrary);
        Assert.Equal(support.Count > 0, TorchSharp.torch.cuda.is_available());
        Assert.Equal(support.Count > 0, support.Refuse(ComputeDevice.Cuda(0)) is null);
    }
}
