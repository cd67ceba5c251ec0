using System.Runtime.InteropServices;
using TorchSharp;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// Brings libtorch into the process, and sets the rules for threads that use it. Safe for concurrent use.
/// </summary>
public static class TorchRuntime
{
    // Lazy keeps the exception too: every later call fails with the same sentence.
    private static readonly Lazy<(string Path, LibtorchFolder? Folder, bool HasCuda)> Library = new(Load);

    /// <summary>Where the native library that TorchSharp calls was loaded from.</summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static string LibraryPath => Library.Value.Path;

    /// <summary>The folder that METATRAIN_LIBTORCH names, whose libtorch is in use; null for the build's own.</summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static string? LibtorchPath => Library.Value.Folder?.Path;

    /// <summary>True when the libtorch in use has its CUDA half; whether there is a GPU is another question.</summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static bool HasCuda => Library.Value.HasCuda;

    /// <summary>How many threads an operation uses that the calling thread starts.</summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static int IntraOpThreads
    {
        get
        {
            EnsureLoaded();
            return torch.get_num_threads();
        }
    }

    /// <summary>
    /// Loads libtorch, once a process: the build's own, or that of the folder which METATRAIN_LIBTORCH names. Call it before the first use of
    /// TorchSharp, which would fail with a stack trace.
    /// </summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine.</exception>
    public static void EnsureLoaded() => _ = Library.Value;

    /// <summary>
    /// Makes the calling thread compute alone: one intra-op thread, so that sums are added in one order and workers do not
    /// compete for cores. The setting belongs to the thread: call it first thing on every thread that computes.
    /// </summary>
    /// <exception cref="TorchUnavailableException">libtorch cannot be used on this machine, or did not take the setting.</exception>
    public static void PinThread()
    {
        EnsureLoaded();
        torch.set_num_threads(1);
        int threads = torch.get_num_threads();
        if (threads != 1)
        {
            throw new TorchUnavailableException(
                $"libtorch uses {threads} threads an operation although 1 was asked for, which would make results depend on the machine: "
                + "unset OMP_NUM_THREADS, OMP_DYNAMIC and MKL_NUM_THREADS in the environment of this process.");
        }
    }

    private static (string Path, LibtorchFolder? Folder, bool HasCuda) Load()
    {
        NativePlatform platform = NativePlatform.Current;
        if (!platform.IsSupported)
        {
            throw new TorchUnavailableException(LoadFailure.Unsupported(platform));
        }

        IReadOnlyList<string> folders = NativeFolders.Of(platform);
        string path = NativeFolders.Find(folders, platform.LibraryName)
            ?? throw new TorchUnavailableException(LoadFailure.NotFound(platform, folders));
        LibtorchFolder? folder = LibtorchFolder.FromEnvironment(platform);
        bool bringsItsOwn = NativeFolders.Find(folders, platform.KernelsName) is not null;
        if (bringsItsOwn == folder is not null)
        {
            // TorchSharp loads one that lies beside it by its file, whatever is loaded already: that would be a second one in the process.
            throw new TorchUnavailableException(folder is not null ? LoadFailure.TwoOfThem : LoadFailure.NoneOfThem(platform));
        }

        string cudaKernels = Path.Combine(Path.GetDirectoryName(path)!, platform.CudaKernelsName);
        bool hasCuda = folder?.HasCuda ?? File.Exists(cudaKernels);
        try
        {
            folder?.Load();
            if (folder is null && hasCuda)
            {
                // Nothing depends on it: it registers itself with the rest of libtorch as it loads.
                _ = NativeLibrary.Load(cudaKernels);
            }

            _ = NativeLibrary.Load(path);
            torch.InitializeDeviceType(DeviceType.CPU);
            return (path, folder, hasCuda);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException
            or NotSupportedException or TypeInitializationException)
        {
            throw new TorchUnavailableException(LoadFailure.Explain(platform, path, e.GetBaseException().Message), e);
        }
    }
}
