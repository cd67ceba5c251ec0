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
        Assert.Equal(2, _writes.Count);
        Assert.All(meanwhile, static note => Assert.False(note.IsCompleted));

        Task<bool> later = _writer.WriteAsync();
        _writes[1].SetResult(false);
        Assert.All(await Task.WhenAll(meanwhile), Assert.False);
        Assert.Equal(3, _writes.Count);
        _writes[2].SetResult(true);
        Assert.True(await later);
    }

    [Fact]
    public async Task Write_GoesOn_WhenTheNoteBeforeFailed()
    {
        Task<bool> first = _writer.WriteAsync();
        Task<bool> second = _writer.WriteAsync();

        _writes[0].SetException(new IOException("away"));
        await Assert.ThrowsAsync<IOException>(() => first);
        _writes[1].SetResult(true);

        Assert.True(await second);
        _ = _writer.WriteAsync();
        Assert.Equal(3, _writes.Count);
    }
}
