using MetaTrain.Learning.Devices;

namespace MetaTrain.Learning.Tests.Devices;

public sealed class NativePlatformTests
{
    [Theory]
    [InlineData("linux-x64", "linux-x64", true, "libLibTorchSharp.so")]
    [InlineData("debian.12-x64", "linux-x64", true, "libLibTorchSharp.so")]
    [InlineData("rhel.9-x64", "linux-x64", true, "libLibTorchSharp.so")]
    [InlineData("linux-arm64", "linux-arm64", false, "libLibTorchSharp.so")]
    [InlineData("linux-musl-x64", "linux-musl-x64", false, "libLibTorchSharp.so")]
    [InlineData("alpine.3.20-x64", "linux-musl-x64", false, "libLibTorchSharp.so")]
    [InlineData("win-x64", "win-x64", true, "LibTorchSharp.dll")]
    [InlineData("win-arm64", "win-arm64", false, "LibTorchSharp.dll")]
    [InlineData("osx-arm64", "osx-arm64", true, "libLibTorchSharp.dylib")]
    [InlineData("osx.14-x64", "osx-x64", false, "libLibTorchSharp.dylib")]
    public void Parse_FindsThePortableIdentifier(string runtimeIdentifier, string expected, bool supported, string library)
    {
        NativePlatform platform = NativePlatform.Parse(runtimeIdentifier);

        Assert.Equal(expected, platform.Identifier);
        Assert.Equal(supported, platform.IsSupported);
        Assert.Equal(library, platform.LibraryName);
    }
}
