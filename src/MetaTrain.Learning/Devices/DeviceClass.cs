using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MetaTrain.Learning.Devices;

/// <summary>
/// What results depend on to the last bit, besides the job itself: two devices of one class give the same bits.
/// Its text is stable, for instance <c>cpu/AuthenticAMD/avx2/torch-1a2b3c4d5e6f/sharp-a1b2c3d4e5f6</c>, or
/// <c>cuda/NVIDIA-H100-80GB-HBM3/sm_90/torch-...</c>.
/// </summary>
/// <param name="Kind">cpu or cuda.</param>
/// <param name="Vendor">Who made the processor, as it tells: AuthenticAMD, GenuineIntel, Apple. For a GPU its name, blanks as hyphens.</param>
/// <param name="InstructionSet">What libtorch's kernels use, and every cap that its environment sets. For a GPU its compute capability.</param>
/// <param name="TorchHash">The first 12 hexadecimal digits of the SHA-256 of libtorch's kernels for the device.</param>
/// <param name="SharpHash">The first 12 hexadecimal digits of the SHA-256 of the library between TorchSharp and libtorch.</param>
public sealed record DeviceClass(string Kind, string Vendor, string InstructionSet, string TorchHash, string SharpHash)
{
    private static readonly Lazy<DeviceClass> OfCpu = new(ReadCpu);
    private static readonly ConcurrentDictionary<int, DeviceClass> OfGpus = new();
    private static readonly ConcurrentDictionary<string, string> HashesOfFiles = new(StringComparer.Ordinal);

    /// <summary>
    /// The class of this machine's processor. Costs next to nothing: the hashes were taken when the program was built. Where
    /// METATRAIN_LIBTORCH names another libtorch, its files are hashed once a process, at about a second for each GB.
    /// </summary>
    /// <exception cref="TorchUnavailableException">The file of hashes is not beside the program, or lacks this platform.</exception>
    public static DeviceClass Cpu => OfCpu.Value;

    /// <summary>The class of a device of this machine.</summary>
    /// <exception cref="TorchUnavailableException">There is no such device, or what tells its class cannot be read.</exception>
    public static DeviceClass Of(ComputeDevice device) => device.IsCuda ? OfGpus.GetOrAdd(device.Index, ReadGpu) : Cpu;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Vendor}/{InstructionSet}/torch-{TorchHash}/sharp-{SharpHash}";

    /// <summary>The class of a GPU from what its driver tells.</summary>
    internal static DeviceClass OfGpu((string Name, int Major, int Minor) gpu, string torchHash, string sharpHash) => new(
        ComputeDevice.CudaKind,
        string.Join('-', gpu.Name.Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries)),
        $"sm_{gpu.Major}{gpu.Minor}",
        torchHash,
        sharpHash);

    private static DeviceClass ReadCpu()
    {
        NativePlatform platform = NativePlatform.Current;
        return new DeviceClass(
            ComputeDevice.CpuKind,
            Processor.Vendor,
            InstructionSets.InUse(Processor.Widest, NativeEnvironment.Get),
            TorchHashOf(platform, platform.KernelsName, "torch_cpu"),
            SharpHashOf(platform));
    }

    private static DeviceClass ReadGpu(int index)
    {
        if (CudaSupport.OfThisProcess.Refuse(ComputeDevice.Cuda(index)) is { } reason)
        {
            throw new TorchUnavailableException($"The device {ComputeDevice.Cuda(index)} has no class here: {reason}");
        }

        NativePlatform platform = NativePlatform.Current;
        return OfGpu(
            CudaDriver.OfThisMachine.Describe(index), TorchHashOf(platform, platform.CudaKernelsName, "torch_cuda"), SharpHashOf(platform));
    }

    private static string TorchHashOf(NativePlatform platform, string fileName, string library) => LibtorchFolder.FromEnvironment(platform) is { } folder
        ? HashesOfFiles.GetOrAdd(folder.FileOf(library), HashOf)
        : NativeHashes.Read(AppContext.BaseDirectory).Of(platform, fileName);

    private static string SharpHashOf(NativePlatform platform) => NativeHashes.Read(AppContext.BaseDirectory).Of(platform, platform.LibraryName);

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file))[..NativeHashes.ShortLength];
    }
}
