namespace MetaTrain.Learning.Devices;

/// <summary>
/// What results depend on to the last bit, besides the job itself: two devices of one class give the same bits.
/// Its text is stable, for instance <c>cpu/AuthenticAMD/avx2/torch-1a2b3c4d5e6f/sharp-a1b2c3d4e5f6</c>.
/// </summary>
/// <param name="Kind">cpu.</param>
/// <param name="Vendor">Who made the processor, as it tells: AuthenticAMD, GenuineIntel, Apple.</param>
/// <param name="InstructionSet">What libtorch's kernels use, and every cap that its environment sets.</param>
/// <param name="TorchHash">The first 12 hexadecimal digits of the SHA-256 of libtorch's kernels.</param>
/// <param name="SharpHash">The first 12 hexadecimal digits of the SHA-256 of the library between TorchSharp and libtorch.</param>
public sealed record DeviceClass(string Kind, string Vendor, string InstructionSet, string TorchHash, string SharpHash)
{
    private static readonly Lazy<DeviceClass> OfCpu = new(ReadCpu);

    /// <summary>The class of this machine's processor. Costs next to nothing: the hashes were taken when the program was built.</summary>
    /// <exception cref="TorchUnavailableException">The file of hashes is not beside the program, or lacks this platform.</exception>
    public static DeviceClass Cpu => OfCpu.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Vendor}/{InstructionSet}/torch-{TorchHash}/sharp-{SharpHash}";

    private static DeviceClass ReadCpu()
    {
        NativePlatform platform = NativePlatform.Current;
        NativeHashes hashes = NativeHashes.Read(AppContext.BaseDirectory);
        return new DeviceClass(
            "cpu",
            Processor.Vendor,
            InstructionSets.InUse(Processor.Widest, NativeEnvironment.Get),
            hashes.Of(platform, platform.KernelsName),
            hashes.Of(platform, platform.LibraryName));
    }
}
