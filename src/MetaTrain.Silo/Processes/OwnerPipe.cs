namespace MetaTrain.Silo.Processes;

/// <summary>
/// Standard input as a leash: the process that started this one holds the other end, and the system closes it when that process
/// ends, however it ends.
/// </summary>
internal static class OwnerPipe
{
    /// <summary>Calls back once, when the pipe closes.</summary>
    public static void WhenClosed(Stream pipe, Action closed)
    {
        // A thread of its own: a blocked read would hold one of the pool's few threads for the life of the process.
        Thread watch = new(() =>
        {
            Span<byte> ignored = stackalloc byte[64];
            try
            {
                while (pipe.Read(ignored) > 0)
                {
                }
            }
            catch (IOException)
            {
                // A broken pipe is a closed pipe.
            }

            closed();
        })
        {
            IsBackground = true,
            Name = "owner pipe",
        };
        watch.Start();
    }
}
