using MetaTrain.Learning.Devices;
using static TorchSharp.torch.backends;

namespace MetaTrain.Learning.Tests.Devices;

/// <summary>libtorch keeps these settings without a GPU too.</summary>
public sealed class CudaArithmeticTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Enter_SetsWhatTheBlockAsksFor_WhateverWasSetBefore(bool isTf32)
    {
        TorchRuntime.EnsureLoaded();
        cuda.matmul.allow_tf32 = !isTf32;

        using (CudaArithmetic.Enter(isTf32))
        {
            Assert.Equal(isTf32, cuda.matmul.allow_tf32);
            Assert.Equal(isTf32, cudnn.allow_tf32);
        }

        using (CudaArithmetic.Enter(isTf32: false))
        {
            Assert.False(cuda.matmul.allow_tf32);
        }
    }

    [Fact]
    public void MakeExact_IsTakenByLibtorch() => Assert.True(LibtorchSettings.MakeExact());

    [Fact]
    public void Enter_LetsBlocksOfOneSettingRunTogether_AndThoseOfAnotherWaitForThem()
    {
        IDisposable first = CudaArithmetic.Enter(isTf32: true);
        IDisposable second = CudaArithmetic.Enter(isTf32: true);
        using ManualResetEventSlim entered = new();
        bool? seen = null;
        Thread other = new(() =>
        {
            using IDisposable stay = CudaArithmetic.Enter(isTf32: false);
            seen = cuda.matmul.allow_tf32;
            entered.Set();
        });
        other.Start();

        first.Dispose();
        first.Dispose();
        Assert.False(entered.Wait(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        Assert.True(cuda.matmul.allow_tf32);
        second.Dispose();
        Assert.True(entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        other.Join();

        Assert.False(seen);
    }
}
