using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace MetaTrain.Learning.Devices;

/// <summary>What this machine's processor tells of itself.</summary>
internal static class Processor
{
    /// <summary>The vendor's own identification, for instance AuthenticAMD.</summary>
    public static string Vendor => X86Base.IsSupported ? Identification() : OperatingSystem.IsMacOS() ? "Apple" : "Arm";

    /// <summary>The widest instruction set that libtorch would use, by the conditions that it tests.</summary>
    public static string Widest => Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Fma.IsSupported
        ? "avx512"
        : Avx2.IsSupported && Fma.IsSupported ? "avx2" : "default";

    private static string Identification()
    {
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([ebx, edx, ecx]));
    }
}
