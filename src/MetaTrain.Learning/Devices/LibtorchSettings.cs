using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// Settings of libtorch's global context that TorchSharp has no way to reach, by libtorch's own C++ functions: their names are those of the
/// compilers of Linux, and are looked for before they are called.
/// </summary>
internal static unsafe class LibtorchSettings
{
    // The value of at::CuBLASReductionOption that keeps the parts of a sum in float32.
    private const byte NoReducedPrecision = 1;

    /// <summary>
    /// Makes a GPU give the same bits twice, and bf16's sums float32: cuDNN, through which a convolution of somebody's own model goes, would
    /// otherwise take whichever algorithm it likes, and cuBLAS may add the parts of a long sum in bfloat16.
    /// </summary>
    /// <exception cref="TorchUnavailableException">This libtorch cannot be told.</exception>
    public static bool MakeExact()
    {
        TorchRuntime.EnsureLoaded();
        NativePlatform platform = NativePlatform.Current;
        string file = LibtorchFolder.FromEnvironment(platform)?.FileOf("torch_cpu")
            ?? Path.Combine(Path.GetDirectoryName(TorchRuntime.LibraryPath)!, platform.KernelsName);
        try
        {
            nint library = NativeLibrary.Load(file);
            nint context = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "_ZN2at13globalContextEv"))();
            ((delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(library, "_ZN2at7Context21setDeterministicCuDNNEb"))(context, 1);
            ((delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(library, "_ZN2at7Context17setBenchmarkCuDNNEb"))(context, 0);
            ((delegate* unmanaged<nint, byte, byte, void>)NativeLibrary.GetExport(library, "_ZN2at7Context27setAllowBF16ReductionCuBLASEbb"))(context, 0, 1);
            return Read(library, "_ZNK2at7Context18deterministicCuDNNEv", context) == 1
                && Read(library, "_ZNK2at7Context14benchmarkCuDNNEv", context) == 0
                && Read(library, "_ZNK2at7Context24allowBF16ReductionCuBLASEv", context) == NoReducedPrecision
                ? true
                : throw new TorchUnavailableException(Refusal(file));
        }
        catch (EntryPointNotFoundException e)
        {
            throw new TorchUnavailableException(Refusal(file), e);
        }
    }

    private static byte Read(nint library, string function, nint context) =>
        ((delegate* unmanaged<nint, byte>)NativeLibrary.GetExport(library, function))(context);

    private static string Refusal(string file) =>
        $"{file} cannot be told to compute on a GPU in the same way each time: use libtorch {LibtorchFolder.Wanted} for Linux.";
}
