using System.Collections.Concurrent;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Cluster.Workers;

/// <summary>
/// The one thread on which a slot's device computes. Compute never runs in a grain's turn nor on the thread pool,
/// where it would starve everything else.
/// </summary>
internal sealed class DeviceThread : IDisposable
{
    private const int Capacity = 4;

    private readonly BlockingCollection<Action> _work = new(Capacity);
    private readonly Thread _thread;

    public DeviceThread(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs a function on the thread. Its exception is the task's; the continuation does not run on the device's thread.</summary>
    public Task<TResult> RunAsync<TResult>(Func<TResult> compute)
    {
        TaskCompletionSource<TResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                // Checked at each block: another library may have changed it (the promise, 5).
                TorchRuntime.PinThread();
                completion.SetResult(compute());
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
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
