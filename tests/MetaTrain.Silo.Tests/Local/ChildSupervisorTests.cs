using System.Collections.Immutable;
using MetaTrain.Silo.Hosting;
using MetaTrain.Silo.Local;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MetaTrain.Silo.Tests.Local;

public sealed class ChildSupervisorTests : IDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLauncher _launcher = new();
    private readonly RestartPolicy _policy = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<int> _started = [];
    private int _plans;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Run_StartsAgain_WhenTheProcessDies()
    {
        _policy.Ready();
        Task<ChildExit?> run = Run();
        (await _launcher.NextAsync()).End(137);
        FakeChild second = await _launcher.NextAsync();

        Assert.Equal("silo-0 start 2", second.Plan.Arguments[0]);
        Assert.Equal([101, 102], _started);
        await StopAsync(second);
        Assert.Null(await run);
    }

    [Fact]
    public async Task Run_WaitsForTheDelay_BeforeItStartsAgain()
    {
        _policy.Ready();
        Task<ChildExit?> run = Run();
        (await _launcher.NextAsync()).End(137);
        (await _launcher.NextAsync()).End(137);
        Task<FakeChild> next = _launcher.NextAsync();

        // Time stands still until here: the third start waits for it.
        await AdvanceUntil(next, RestartPolicy.FirstDelay);

        await StopAsync(await next);
        Assert.Null(await run);
    }

    [Fact]
    public async Task Run_ReturnsTheLastExit_WhenThePolicyGivesUp()
    {
        Task<ChildExit?> run = Run();
        (await _launcher.NextAsync()).End(ExitCode.WrongUsage, "Say it better.");

        Assert.Equal(new ChildExit(ExitCode.WrongUsage, "Say it better."), await run);
        Assert.False(_launcher.HasStarted);
    }

    [Fact]
    public async Task Run_ReleasesTheProcess_WhenToldToStop()
    {
        Task<ChildExit?> run = Run();
        FakeChild child = await _launcher.NextAsync();
        await _stop.CancelAsync();
        await child.Released;
        Assert.False(run.IsCompleted);
        child.End(0);

        Assert.Null(await run);
        Assert.False(child.WasKilled);
    }

    [Fact]
    public async Task Run_KillsTheProcess_WhenItDoesNotDrain()
    {
        Task<ChildExit?> run = Run();
        FakeChild child = await _launcher.NextAsync();
        await _stop.CancelAsync();
        await child.Released;
        await AdvanceUntil(run, DrainTime);

        Assert.Null(await run);
        Assert.True(child.WasKilled);
    }

    [Fact]
    public async Task Run_DoesNotStartAgain_WhenToldToStopWhileItWaits()
    {
        _policy.Ready();
        Task<ChildExit?> run = Run();
        (await _launcher.NextAsync()).End(137);
        (await _launcher.NextAsync()).End(137);
        await _stop.CancelAsync();

        Assert.Null(await run);
        Assert.False(_launcher.HasStarted);
    }

    [Fact]
    public async Task Run_StartsNothing_WhenStoppedBefore()
    {
        await _stop.CancelAsync();

        Assert.Null(await Run());
        Assert.Equal(0, _plans);
    }

    private Task<ChildExit?> Run() => new ChildSupervisor(
        _launcher,
        () => new ChildPlan("silo-0", [$"silo-0 start {++_plans}"], ImmutableDictionary<string, string>.Empty),
        child => _started.Add(child.Identity.Id),
        _policy,
        DrainTime,
        _time,
        NullLogger.Instance).RunAsync(_stop.Token);

    private async Task StopAsync(FakeChild child)
    {
        await _stop.CancelAsync();
        await child.Released;
        child.End(0);
    }

    // The timer is set at some moment after the event before it: time goes on until it has fired.
    private async Task AdvanceUntil(Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            _time.Advance(step);
            await Task.Yield();
        }
    }
}
