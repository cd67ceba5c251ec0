using System.Runtime.InteropServices;
using System.Text;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// What NVIDIA's driver tells of a GPU, by the functions of its own C interface (CUDA driver API; libcuda.so.1): TorchSharp tells no more
/// than how many there are. It counts GPUs as libtorch does in the same process, CUDA_VISIBLE_DEVICES included.
/// </summary>
internal sealed unsafe class CudaDriver
{
    private const int MajorAttribute = 75;
    private const int MinorAttribute = 76;
    private const int NameLength = 256;

    private static readonly Lazy<CudaDriver> Loaded = new(() => new CudaDriver(Open()));

    private readonly Func<string, nint> _export;

    /// <summary>A driver by its functions.</summary>
    /// <param name="export">The address of a function; 0 when there is none of that name.</param>
    public CudaDriver(Func<string, nint> export)
    {
        _export = export;
        Problem = Initialise();
    }

    public static CudaDriver OfThisMachine => Loaded.Value;

    /// <summary>Why it answers nothing; null when it does.</summary>
    public string? Problem { get; }

    /// <summary>The name of a GPU, for instance NVIDIA H100 80GB HBM3, and its compute capability.</summary>
    /// <exception cref="TorchUnavailableException">The driver does not tell.</exception>
    public (string Name, int Major, int Minor) Describe(int index)
    {
        int device = Device(index);
        byte* name = stackalloc byte[NameLength];
        int major, minor;
        Require(((delegate* unmanaged<byte*, int, int, int>)Function("cuDeviceGetName"))(name, NameLength, device), "cuDeviceGetName");
        var attribute = (delegate* unmanaged<int*, int, int, int>)Function("cuDeviceGetAttribute");
        Require(attribute(&major, MajorAttribute, device), "cuDeviceGetAttribute");
        Require(attribute(&minor, MinorAttribute, device), "cuDeviceGetAttribute");
        return (Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)).Trim(), major, minor);
    }

    /// <summary>The bytes in use on a GPU, by whatever process.</summary>
    /// <exception cref="TorchUnavailableException">The driver does not tell.</exception>
    public long BytesInUse(int index)
    {
        int device = Device(index);
        nint context;

        // The context is the one that libtorch works in: keeping it makes none where there is one already.
        Require(((delegate* unmanaged<nint*, int, int>)Function("cuDevicePrimaryCtxRetain"))(&context, device), "cuDevicePrimaryCtxRetain");
        try
        {
            Require(((delegate* unmanaged<nint, int>)Function("cuCtxPushCurrent_v2"))(context), "cuCtxPushCurrent");
            nuint free, total;
            int answer = ((delegate* unmanaged<nuint*, nuint*, int>)Function("cuMemGetInfo_v2"))(&free, &total);
            nint popped;
            Require(((delegate* unmanaged<nint*, int>)Function("cuCtxPopCurrent_v2"))(&popped), "cuCtxPopCurrent");
            Require(answer, "cuMemGetInfo");
            return (long)(total - free);
        }
        finally
        {
            _ = ((delegate* unmanaged<int, int>)Function("cuDevicePrimaryCtxRelease_v2"))(device);
        }
    }

    private static Func<string, nint> Open()
    {
        string name = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        return NativeLibrary.TryLoad(name, out nint library)
            ? function => NativeLibrary.TryGetExport(library, function, out nint address) ? address : 0
            : static _ => 0;
    }

    private string? Initialise()
    {
        nint initialise = _export("cuInit");
        if (initialise == 0)
        {
            return "NVIDIA's driver is not installed";
        }

        int answer = ((delegate* unmanaged<uint, int>)initialise)(0);
        return answer == 0 ? null : $"NVIDIA's driver answers cuInit with the error {answer}";
    }

    private int Device(int index)
    {
        if (Problem is { } problem)
        {
            throw new TorchUnavailableException($"GPU {index} cannot be asked: {problem}; see that nvidia-smi lists it.");
        }

        int device;
        Require(((delegate* unmanaged<int*, int, int>)Function("cuDeviceGet"))(&device, index), "cuDeviceGet");
        return device;
    }

    private nint Function(string name) => _export(name) is var address and not 0
        ? address
        : throw new TorchUnavailableException($"NVIDIA's driver has no function {name}: install one that supports CUDA 12.");

    private static void Require(int answer, string function)
    {
        if (answer != 0)
        {
            throw new TorchUnavailableException($"NVIDIA's driver answers {function} with the error {answer}: see what nvidia-smi says of the GPU.");
        }
    }
}
