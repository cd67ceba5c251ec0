using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class NoteWriterTests
{
    private readonly List<TaskCompletionSource<bool>> _writes = [];
    private readonly NoteWriter _writer;

    public NoteWriterTests() => _writer = new NoteWriter(() =>
    {
        _writes.Add(new TaskCompletionSource<bool>());
        return _writes[^1].Task;
    });

    [Fact]
    public async Task Write_IsOneNote_ForAllThatComesWhileAnotherIsWritten()
    {
        Task<bool> first = _writer.WriteAsync();
        Task<bool>[] meanwhile = [.. Enumerable.Range(0, 100).Select(_ => _writer.WriteAsync())];
        Assert.Single(_writes);

        _writes[0].SetResult(true);
        Assert.True(await first);
        await BegunAsync(2);
        Assert.All(meanwhile, static note => Assert.False(note.IsCompleted));

        Task<bool> later = _writer.WriteAsync();
        _writes[1].SetResult(false);
        Assert.All(await Task.WhenAll(meanwhile), Assert.False);
        (await BegunAsync(3)).SetResult(true);
        Assert.True(await later);
    }

    [Fact]
    public async Task Write_GoesOn_WhenTheNoteBeforeFailed()
    {
        Task<bool> first = _writer.WriteAsync();
        Task<bool> second = _writer.WriteAsync();

        _writes[0].SetException(new IOException("away"));
        await Assert.ThrowsAsync<IOException>(() => first);
        (await BegunAsync(2)).SetResult(true);

        Assert.True(await second);
        _ = _writer.WriteAsync();
        await BegunAsync(3);
    }

    // A write that follows another begins in a turn of its own.
    private async Task<TaskCompletionSource<bool>> BegunAsync(int writes)
    {
        for (int wait = 0; _writes.Count < writes && wait < 1000; wait++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(writes, _writes.Count);
        return _writes[^1];
    }
}
