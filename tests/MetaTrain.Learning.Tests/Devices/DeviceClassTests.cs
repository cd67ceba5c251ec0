using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class DeviceClassTests
{
    [Fact]
    public void Cpu_IsReadable_AndStable()
    {
        string text = DeviceClass.Cpu.ToString();

        Assert.Matches("^cpu/[A-Za-z ]+/(default|avx2|avx512)[^/]*/torch-[0-9a-f]{12}/sharp-[0-9a-f]{12}$", text);
        Assert.Equal(text, DeviceClass.Cpu.ToString());
    }

    [Fact]
    public void SharpHash_IsThatOfTheLibraryInUse()
    {
        byte[] library = File.ReadAllBytes(TorchRuntime.LibraryPath);

        Assert.StartsWith(DeviceClass.Cpu.SharpHash, Convert.ToHexStringLower(SHA256.HashData(library)), StringComparison.Ordinal);
    }

    [Fact]
    public void TorchHash_IsThatOfTheLibraryInUse()
    {
        string path = Path.Combine(Path.GetDirectoryName(TorchRuntime.LibraryPath)!, NativePlatform.Current.KernelsName);
        using FileStream library = File.OpenRead(path);

        Assert.StartsWith(DeviceClass.Cpu.TorchHash, Convert.ToHexStringLower(SHA256.HashData(library)), StringComparison.Ordinal);
    }

    [Fact]
    public void InstructionSet_IsWhatLibtorchSays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The function's name in libtorch is that of Linux.");

        string kernels = DeviceClass.Cpu.InstructionSet.Split('+')[0];

        Assert.Equal(AskLibtorch(), kernels.ToUpperInvariant());
    }

    [Theory]
    [InlineData("avx512", null, "avx512")]
    [InlineData("avx2", null, "avx2")]
    [InlineData("avx512", "avx2", "avx2")]
    [InlineData("avx512", "default", "default")]
    [InlineData("avx2", "AVX512", "avx2")]
    [InlineData("avx2", "", "avx2")]
    public void InUse_FollowsTheEnvironment_WhereLibtorchDoes(string widest, string? capability, string expected)
    {
        string inUse = InstructionSets.InUse(widest, name => name == "ATEN_CPU_CAPABILITY" ? capability : null);

        Assert.Equal(expected, inUse);
    }

    [Fact]
    public void InUse_NamesEachCapOfTheLibrariesBelow()
    {
        var environment = new Dictionary<string, string>
        {
            ["ATEN_CPU_CAPABILITY"] = "avx2",
            ["ONEDNN_MAX_CPU_ISA"] = "AVX2",
            ["MKL_CBWR"] = "COMPATIBLE",
        };

        Assert.Equal("avx2+onednn=avx2+cbwr=compatible", InstructionSets.InUse("avx512", name => environment.GetValueOrDefault(name)));
    }

    [Fact]
    public void OfGpu_NamesTheCardAndItsComputeCapability() => Assert.Equal(
        "cuda/NVIDIA-H100-80GB-HBM3/sm_90/torch-0123456789ab/sharp-ba9876543210",
        DeviceClass.OfGpu((" NVIDIA H100 80GB  HBM3", 9, 0), "0123456789ab", "ba9876543210").ToString());

    [Fact]
    public void Of_IsThatOfTheProcessor_AndSaysWhatIsMissing_ForAGpuThatIsNotThere()
    {
        Assert.Same(DeviceClass.Cpu, DeviceClass.Of(ComputeDevice.Cpu));

        Assert.Contains("cuda:4096 has no class here: ", Assert.Throws<TorchUnavailableException>(() => DeviceClass.Of(ComputeDevice.Cuda(4096))).Message, StringComparison.Ordinal);
    }

    // std::string at::get_cpu_capability(), called as the compiler calls it: the result's address comes first. A text this
    // short lies within the std::string (address, length, characters), so there is nothing to free.
    private static string AskLibtorch()
    {
        string kernels = Path.Combine(Path.GetDirectoryName(TorchRuntime.LibraryPath)!, NativePlatform.Current.KernelsName);
        nint function = NativeLibrary.GetExport(NativeLibrary.Load(kernels), "_ZN2at18get_cpu_capabilityB5cxx11Ev");
        nint text = Marshal.AllocHGlobal(32);
        try
        {
            Marshal.GetDelegateForFunctionPointer<GetCpuCapability>(function)(text);
            byte[] characters = new byte[Marshal.ReadInt64(text, 8)];
            Marshal.Copy(Marshal.ReadIntPtr(text), characters, 0, characters.Length);
            return Encoding.ASCII.GetString(characters);
        }
        finally
        {
            Marshal.FreeHGlobal(text);
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GetCpuCapability(nint result);
}
