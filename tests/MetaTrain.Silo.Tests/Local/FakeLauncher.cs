using System.Threading.Channels;
using MetaTrain.Silo.Local;
using MetaTrain.Silo.Processes;

namespace MetaTrain.Silo.Tests.Local;

/// <summary>Starts processes that end when the test says so.</summary>
internal sealed class FakeLauncher : IChildLauncher
{
    private readonly Channel<FakeChild> _started = Channel.CreateUnbounded<FakeChild>();
    private int _lastId = 100;

    public IChild Start(ChildPlan plan)
    {
        FakeChild child = new(plan, ++_lastId);
        _started.Writer.TryWrite(child);
        return child;
    }

    /// <summary>The next process that was started.</summary>
    public async Task<FakeChild> NextAsync() => await _started.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool HasStarted => _started.Reader.Count > 0;
}

internal sealed class FakeChild(ChildPlan plan, int id) : IChild
{
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChildPlan Plan => plan;

    public ProcessIdentity Identity { get; } = new(plan.Name, id, DateTimeOffset.UnixEpoch);

    public Task<ChildExit> Exited => _exited.Task;

    public Task Released => _released.Task;

    public bool WasKilled { get; private set; }

    public void Release() => _released.TrySetResult();

    public void Kill()
    {
        WasKilled = true;
        End(137);
    }

    public void End(int code, string lastWords = "") => _exited.TrySetResult(new ChildExit(code, lastWords));
}
