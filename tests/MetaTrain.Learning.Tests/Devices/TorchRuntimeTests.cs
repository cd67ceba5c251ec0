using System.Runtime.ExceptionServices;
using MetaTrain.Learning.Devices;
using TorchSharp;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void EnsureLoaded_LoadsTheLibraryBesideTheProgram()
    {
        TorchRuntime.EnsureLoaded();

        Assert.StartsWith(AppContext.BaseDirectory, TorchRuntime.LibraryPath, StringComparison.Ordinal);
        Assert.True(File.Exists(TorchRuntime.LibraryPath), TorchRuntime.LibraryPath);
    }

    [Fact]
    public void Gradients_OfSecondOrder_ComeOutRight_OnceLoaded()
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(3.0, dtype: torch.float64, requires_grad: true);

        torch.Tensor cube = x.mul(x).mul(x);
        torch.Tensor first = torch.autograd.grad([cube], [x], create_graph: true, retain_graph: true)[0];
        torch.Tensor second = torch.autograd.grad([first], [x])[0];

        Assert.Equal(27.0, first.item<double>());
        Assert.Equal(18.0, second.item<double>());
    }

    [Fact]
    public void PinThread_LeavesOneThreadAnOperation_OnEachThreadThatCalls()
    {
        int[] threads = new int[3];

        for (int i = 0; i < threads.Length; i++)
        {
            int index = i;
            OnThreadOfItsOwn(() =>
            {
                TorchRuntime.PinThread();
                threads[index] = TorchRuntime.IntraOpThreads;
            });
        }

        Assert.All(threads, count => Assert.Equal(1, count));
    }

    private static void OnThreadOfItsOwn(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
