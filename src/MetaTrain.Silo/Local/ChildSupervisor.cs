namespace MetaTrain.Silo.Local;

/// <summary>Keeps one process running: starts it, starts it again when it dies, ends it when told to.</summary>
internal sealed partial class ChildSupervisor(
    IChildLauncher launcher, Func<ChildPlan> plan, Action<IChild> started, RestartPolicy policy, TimeSpan drainTime, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until told to end (null), or until the process has to be given up (its last exit).</summary>
    public async Task<ChildExit?> RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            ChildPlan next = plan();
            long start = time.GetTimestamp();
            IChild child = launcher.Start(next);
            started(child);
            LogStarted(logger, next.Name, child.Identity.Id);
            await Task.WhenAny(child.Exited, WaitForAsync(stopping)).ConfigureAwait(false);
            if (!child.Exited.IsCompleted)
            {
                await EndAsync(child).ConfigureAwait(false);
                return null;
            }

            ChildExit exit = await child.Exited.ConfigureAwait(false);
            if (stopping.IsCancellationRequested)
            {
                return null;
            }

            RestartDecision decision = policy.Died(time.GetElapsedTime(start), exit.Code);
            if (decision.GiveUp)
            {
                return exit;
            }

            LogDied(logger, next.Name, child.Identity.Id, exit, decision.Delay.TotalSeconds);
            await Task.Delay(decision.Delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private static Task WaitForAsync(CancellationToken token)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => cancelled.TrySetResult());
        return cancelled.Task;
    }

    private async Task EndAsync(IChild child)
    {
        child.Release();
        try
        {
            await child.Exited.WaitAsync(drainTime, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogKilled(logger, child.Identity.Name, child.Identity.Id, drainTime.TotalSeconds);
            child.Kill();
            await child.Exited.ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} (process {Id}) was started")]
    private static partial void LogStarted(ILogger logger, string name, int id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} (process {Id}) ended with {Exit}; starting it again in {Seconds} s")]
    private static partial void LogDied(ILogger logger, string name, int id, ChildExit exit, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} (process {Id}) did not drain within {Seconds} s and was killed; what is committed is safe")]
    private static partial void LogKilled(ILogger logger, string name, int id, double seconds);
}
