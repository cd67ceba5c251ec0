using TorchSharp;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// What a GPU's products may round. libtorch keeps it for the whole process, in which blocks of several jobs may be computed side by side:
/// blocks with one setting run together, those with another wait for them, in the order in which they came. Safe for concurrent use.
/// </summary>
internal static class CudaArithmetic
{
    private static readonly Lock Turnstile = new();
    private static readonly Lazy<bool> Exact = new(LibtorchSettings.MakeExact);
    private static readonly SemaphoreSlim Entrance = new(1, 1);
    private static readonly ManualResetEventSlim Empty = new(initialState: true);

    private static int Inside;
    private static bool IsTf32;

    /// <summary>Waits for the setting, and holds it until the result is disposed.</summary>
    /// <param name="isTf32">True to let products of float32 be computed in TF32.</param>
    public static IDisposable Enter(bool isTf32)
    {
        _ = Exact.Value;

        // Whoever waits for the others to leave holds the entrance, so that nobody with their setting comes in meanwhile.
        Entrance.Wait();
        try
        {
            if (!TryJoin(isTf32))
            {
                Empty.Wait();
                Join(isTf32);
            }
        }
        finally
        {
            Entrance.Release();
        }

        return new Stay();
    }

    private static bool TryJoin(bool isTf32)
    {
        lock (Turnstile)
        {
            if (Inside > 0 && IsTf32 != isTf32)
            {
                return false;
            }
        }

        Join(isTf32);
        return true;
    }

    private static void Join(bool isTf32)
    {
        lock (Turnstile)
        {
            Inside++;
            IsTf32 = isTf32;
            Empty.Reset();

            // At each block: another library may have changed it.
            torch.backends.cuda.matmul.allow_tf32 = isTf32;
            torch.backends.cudnn.allow_tf32 = isTf32;
        }
    }

    private static void Leave()
    {
        lock (Turnstile)
        {
            if (--Inside == 0)
            {
                Empty.Set();
            }
        }
    }

    private sealed class Stay : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                Leave();
            }
        }
    }
}
