using System.Runtime.InteropServices;

namespace MetaTrain.Learning.Devices;

/// <summary>What the native libraries are built for.</summary>
/// <param name="Identifier">The portable runtime identifier, for instance linux-x64 or linux-musl-x64.</param>
internal sealed record NativePlatform(string Identifier)
{
    public const string SupportedIdentifiers = "linux-x64 (glibc), win-x64 and osx-arm64";

    public static NativePlatform Current { get; } = new(Describe(RuntimeInformation.RuntimeIdentifier));

    public bool IsSupported => Identifier is "linux-x64" or "win-x64" or "osx-arm64";

    /// <summary>The library that TorchSharp calls.</summary>
    public string LibraryName => FileName("LibTorchSharp");

    /// <summary>The library that holds the CPU's kernels.</summary>
    public string KernelsName => FileName("torch_cpu");

    /// <summary>The library that holds the GPU's kernels, where there is one.</summary>
    public string CudaKernelsName => FileName("torch_cuda");

    public static NativePlatform Parse(string runtimeIdentifier) => new(Describe(runtimeIdentifier));

    /// <summary>The file of a library on this platform.</summary>
    public string FileName(string library) => Identifier switch
    {
        _ when Identifier.StartsWith("win", StringComparison.Ordinal) => $"{library}.dll",
        _ when Identifier.StartsWith("osx", StringComparison.Ordinal) => $"lib{library}.dylib",
        _ => $"lib{library}.so",
    };

    // A runtime built by a distribution says for instance debian.12-x64 or alpine.3.20-x64.
    private static string Describe(string runtimeIdentifier)
    {
        string architecture = runtimeIdentifier[(runtimeIdentifier.LastIndexOf('-') + 1)..];
        string system = runtimeIdentifier switch
        {
            _ when runtimeIdentifier.StartsWith("win", StringComparison.Ordinal) => "win",
            _ when runtimeIdentifier.StartsWith("osx", StringComparison.Ordinal) => "osx",
            _ when runtimeIdentifier.StartsWith("freebsd", StringComparison.Ordinal) => "freebsd",
            _ when runtimeIdentifier.Contains("musl", StringComparison.Ordinal) => "linux-musl",
            _ when runtimeIdentifier.StartsWith("alpine", StringComparison.Ordinal) => "linux-musl",
            _ => "linux",
        };
        return $"{system}-{architecture}";
    }
}
