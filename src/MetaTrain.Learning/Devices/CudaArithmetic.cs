using System.Runtime.InteropServices;
using TorchSharp;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// What a GPU's products may round. libtorch keeps it for the whole process, in which blocks of several jobs may be computed side by side:
/// blocks with one setting run together, those with another wait for them, in the order in which they came. Safe for concurrent use.
/// </summary>
internal static class CudaArithmetic
{
    private static readonly Lock Turnstile = new();
    private static readonly Lazy<bool> Deterministic = new(MakeDeterministic);
    private static readonly SemaphoreSlim Entrance = new(1, 1);
    private static readonly ManualResetEventSlim Empty = new(initialState: true);

    private static int Inside;
    private static bool IsTf32;

    /// <summary>Waits for the setting, and holds it until the result is disposed.</summary>
    /// <param name="isTf32">True to let products of float32 be computed in TF32.</param>
    public static IDisposable Enter(bool isTf32)
    {
        _ = Deterministic.Value;

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

    // TorchSharp has no way to say it; libtorch's own functions have: a convolution of somebody's own model goes through cuDNN, which would
    // otherwise take whichever algorithm it likes.
    private static unsafe bool MakeDeterministic()
    {
        TorchRuntime.EnsureLoaded();
        NativePlatform platform = NativePlatform.Current;
        string file = LibtorchFolder.FromEnvironment(platform)?.FileOf("torch_cpu")
            ?? Path.Combine(Path.GetDirectoryName(TorchRuntime.LibraryPath)!, platform.KernelsName);
        nint library = NativeLibrary.Load(file);
        try
        {
            nint context = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "_ZN2at13globalContextEv"))();
            ((delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(library, "_ZN2at7Context21setDeterministicCuDNNEb"))(context, 1);
            ((delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(library, "_ZN2at7Context17setBenchmarkCuDNNEb"))(context, 0);
            return ((delegate* unmanaged<nint, byte>)NativeLibrary.GetExport(library, "_ZNK2at7Context18deterministicCuDNNEv"))(context) == 1
                ? true
                : throw new TorchUnavailableException(Refusal(file));
        }
        catch (EntryPointNotFoundException e)
        {
            throw new TorchUnavailableException(Refusal(file), e);
        }
    }

    private static string Refusal(string file) =>
        $"{file} cannot be told to use cuDNN's deterministic algorithms only, which a GPU needs to give the same bits twice: use libtorch {LibtorchFolder.Wanted} for Linux.";

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
