using System.IO.Pipelines;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Tests.Processes;

public sealed class OwnerPipeTests
{
    [Fact]
    public async Task WhenClosed_CallsBack_OnlyWhenTheOwnerLetsGo()
    {
        Pipe pipe = new();
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OwnerPipe.WhenClosed(pipe.Reader.AsStream(), closed.SetResult);

        await pipe.Writer.WriteAsync(new byte[200], TestContext.Current.CancellationToken);
        Assert.False(closed.Task.IsCompleted);
        await pipe.Writer.CompleteAsync();

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task WhenClosed_TakesABrokenPipeAsClosed()
    {
        Pipe pipe = new();
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OwnerPipe.WhenClosed(pipe.Reader.AsStream(), closed.SetResult);

        await pipe.Writer.CompleteAsync(new IOException("broken"));

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
