namespace MetaTrain.Cluster.Workers;

/// <summary>How a device's thread, which has nothing else to do, waits for what others finish.</summary>
internal static class DeviceWait
{
    /// <summary>
    /// The task's result, or its exception. The thread sleeps at once: on a machine whose processors compute for other devices, the spinning of
    /// a task's own wait would take their time.
    /// </summary>
    public static T WaitOnDevice<T>(this Task<T> task)
    {
        if (!task.IsCompleted)
        {
            using ManualResetEventSlim completed = new(initialState: false, spinCount: 0);
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(completed.Set);
            completed.Wait();
        }

        return task.GetAwaiter().GetResult();
    }
}
