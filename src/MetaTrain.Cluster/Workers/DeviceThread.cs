using System.Collections.Concurrent;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// The one thread on which a slot's device computes. Compute never runs in a grain's turn nor on the thread pool,
/// where it would starve everything else.
/// </summary>
internal sealed class DeviceThread : IDisposable
{
    private const int Capacity = 4;

    private readonly BlockingCollection<Action> _work = new(Capacity);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;

    public DeviceThread(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>
    /// Runs a function on the thread: a block, or a job's blocks one after the other. Its exception is the task's; the continuation does not
    /// run on the device's thread.
    /// </summary>
    /// <param name="compute">Told when the device is given up.</param>
    public Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> compute)
    {
        TaskCompletionSource<TResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                completion.SetResult(compute(_stopping.Token));
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        });
        return completion.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _stopping.Cancel();
        _thread.Join();
        _work.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
